// Bad input of operations that move or map elements: which error, and its words.
#include <vector>

#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/inputs.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::Inputs;
using test::message;

TEST_CASE("copy, fill, iota and for_each name sizes", "[operations]") {
  Inputs in;
  CHECK(message<ShapeError>([&] { copy(in.ctx, view(in.x).subview(0, 3), view(in.y).subview(0, 4)); }) ==
        "copy: source has 3 elements and out has 4; they must be equal");
  CHECK(message<ShapeError>([&] { copy(in.ctx, column_major(in.x.data(), 2, 3), column_major(in.y.data(), 3, 2)); }) ==
        "copy: source is 2x3 and out is 3x2; they must be equal");
  CHECK(message<AliasError>([&] { copy(in.ctx, view(in.x).subview(0, 3), view(in.x).subview(2, 3)); }) ==
        "copy: out overlaps source; pass separate memory for the output");
  CHECK(message<ShapeError>([&] { fill(in.ctx, VectorView<double>(in.x.data(), 3, 0), 1.0); }) ==
        "fill: out is an output with stride 0");
  CHECK_THROWS_AS(iota(in.ctx, VectorView<double>(nullptr, 3)), ShapeError);
  CHECK(message<ShapeError>([&] { for_each(in.ctx, -1, [](index_t) {}); }) ==
        "for_each: n is -1; it must be at least 0");
}

TEST_CASE("transform takes its output as an input but no other overlap", "[operations]") {
  Inputs in;
  const auto x = view(in.x);
  CHECK_NOTHROW(transform(in.ctx, Square{}, x, x));
  CHECK(message<AliasError>([&] { transform(in.ctx, Square{}, x.subview(0, 5), x.subview(1, 5)); }) ==
        "transform: out overlaps an input; pass separate memory for the output");
  CHECK(message<ShapeError>([&] { transform(in.ctx, Plus{}, x, view(in.y), view(in.z).subview(0, 3)); }) ==
        "transform: an input has 3 elements and out has 100; they must be equal");
}

TEST_CASE("gather and scatter name shapes, and the first bad index before anything is written", "[operations]") {
  Inputs in;
  in.z.assign(100, 5);
  const auto x = view(in.x).subview(0, 3), out = view(in.z).subview(0, 4);
  const std::vector<index_t> low{0, -1, 7, 2}, high{0, 2, 1, 3}, good{2, 0, 2, 1};
  CHECK(message<ValueError>([&] { gather(in.ctx, x, view(low), out); }) ==
        "gather: index(1) is -1; indices must be at least 0 and less than 3");
  CHECK(message<ValueError>([&] { gather(in.ctx, x, view(high), out); }) ==
        "gather: index(3) is 3; indices must be at least 0 and less than 3");
  CHECK(message<ShapeError>([&] { gather(in.ctx, x, view(good).subview(0, 3), out); }) ==
        "gather: index has 3 elements and out has 4; they must be equal");
  CHECK(message<ShapeError>([&] {
          gather(in.ctx, column_major(in.x.data(), 3, 2), view(good), column_major(in.z.data(), 4, 3));
        }) == "gather: source is 3x2, index has 4 elements and out is 4x3; out must be 4x2");
  CHECK(message<AliasError>([&] { gather(in.ctx, view(in.z).subview(2, 3), view(good), out); }) ==
        "gather: out overlaps source; pass separate memory for the output");
  const auto source = view(in.y).subview(0, 4), target = view(in.z).subview(0, 4);
  CHECK(message<ValueError>([&] { scatter(in.ctx, source, view(low), target); }) ==
        "scatter: index(1) is -1; indices must be at least 0 and less than 4");
  CHECK(message<ValueError>([&] { scatter(in.ctx, source, view(good), target); }) ==
        "scatter: index(2) is 2, as one before it; indices must be unique");
  CHECK(message<ShapeError>([&] { scatter(in.ctx, source, view(good).subview(0, 3), target); }) ==
        "scatter: source has 4 elements and index has 3; they must be equal");
  CHECK(message<ShapeError>(
            [&] { scatter(in.ctx, column_major(in.x.data(), 3, 2), view(good), column_major(in.z.data(), 4, 2)); }) ==
        "scatter: source is 3x2, index has 4 elements and out is 4x2; give an index for each row of source, and out as "
        "many columns");
  CHECK(in.z == std::vector<double>(100, 5));
}
