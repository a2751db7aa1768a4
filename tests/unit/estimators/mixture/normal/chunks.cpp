// Likelihoods and fits of points that are read piece by piece.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/chunks.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using mixture::Chunks;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Weighting;
using test::message;

namespace {

template <class T>
std::vector<T> points(index_t n) {
  std::vector<T> x;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i)
    x.push_back(static_cast<T>(1 + (i % 2 == 0 ? 0.5 : 2) * test::normal(11, i)));
  return x;
}

template <class T>
Chunks<T> in_chunks(const std::vector<T>& x, index_t at_once) {
  return {static_cast<index_t>(x.size()),
          [&x](index_t first, VectorView<T> room) {
            std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(first), room.size, room.data);
          },
          at_once};
}

template <class T>
void check_bits(const std::vector<T>& x, const NormalModel& model, const std::vector<double>& parameters) {
  Context<Cpu> ctx;
  for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient, MixtureOrder::hessian}) {
    const auto whole = evaluate(ctx, model, view(x), parameters, order);
    for (const index_t at_once : {block_points, 3 * block_points, 128 * block_points}) {
      const auto pieces = evaluate(ctx, model, in_chunks(x, at_once), parameters, order);
      CHECK(pieces.nll == whole.nll);
      CHECK(pieces.gradient == whole.gradient);
      CHECK(pieces.hessian == whole.hessian);
    }
  }
}

}  // namespace

TEST_CASE("points read in pieces have the bits of points in memory", "[mixture]") {
  const NormalModel pair = mixture::shared_mean_pair(), three{3, Sharing::free, Sharing::free},
                    cut{2, Sharing::shared, Sharing::free, Weighting::yields, {-20, 20}};
  for (const index_t n : {index_t{1}, block_points, 5 * block_points + 77}) {
    check_bits(points<double>(n), pair, {0.4, 1, 2, 0.6});
    check_bits(points<float>(n), pair, {0.4, 1, 2, 0.6});
    check_bits(points<double>(n), three, {0.3, 0.3, 0, 1, 2, 1, 0.5, 2});
    check_bits(points<double>(n), cut, {100, 200, 1, 2, 0.6});
  }
}

TEST_CASE("a fit of pieces is the fit of all points", "[mixture]") {
  const std::vector<double> x = points<double>(40000);
  Context<Cpu> ctx;
  const auto whole = mixture::fit(ctx, mixture::shared_mean_pair(), view(x), {0.3, 0.5, 3, 1}),
             pieces = mixture::fit(ctx, mixture::shared_mean_pair(), in_chunks(x, block_points), {0.3, 0.5, 3, 1});
  REQUIRE(whole.minimum.valid());
  CHECK(pieces.minimum.parameters == whole.minimum.parameters);
  CHECK(pieces.minimum.nll == whole.minimum.nll);
  CHECK(pieces.hesse.errors == whole.hesse.errors);
  CHECK(pieces.effective_points == 40000);
}

TEST_CASE("unusable points are counted, and the first is named, wherever its piece begins", "[mixture]") {
  std::vector<double> x = points<double>(3 * block_points);
  x[20000] = std::numeric_limits<double>::quiet_NaN();
  x[20005] = -1e200;
  Context<Cpu> ctx;
  const auto data = in_chunks(x, block_points);
  CHECK(std::isnan(evaluate(ctx, mixture::shared_mean_pair(), data, {0.4, 1, 2, 0.6}).nll));
  for (const mixture::UnusablePoints& found :
       {mixture::unusable_points(ctx, data), mixture::unusable_points(ctx, VectorView<const double>(view(x)))}) {
    CHECK(found.count == 2);
    CHECK(found.first == 20000);
    CHECK(std::isnan(found.value));
  }
  CHECK(message<ValueError>([&] {
          static_cast<void>(mixture::fit(ctx, mixture::shared_mean_pair(), data, {0.3, 0.5, 3, 1}));
        }) == "mixture: x[20000]=nan; expected a number below 1e150 in size; remove or rescale it, and 1 more");
}

TEST_CASE("chunks that cannot be read are refused", "[mixture]") {
  const std::vector<double> x = points<double>(100);
  Context<Cpu> ctx;
  const auto nll = [&](const Chunks<double>& data) {
    return evaluate(ctx, mixture::shared_mean_pair(), data, {0.4, 1, 2, 0.6}).nll;
  };
  CHECK(message<ValueError>([&] { nll(in_chunks(x, 1000)); }) ==
        "mixture: at_once=1000; expected a multiple of 8192, so that blocks do not depend on it");
  CHECK(message<ValueError>([&] {
          nll({5, {}});
        }) == "mixture: chunks of size=5 without read; give the number of points and a function that reads them");
  CHECK_THROWS_AS(nll({-1, [](index_t, VectorView<double>) {}}), ValueError);
  CHECK_THROWS_AS(nll({5, [](index_t, VectorView<double>) { throw std::runtime_error("disk"); }}), std::runtime_error);
  CHECK(nll({0, [](index_t, VectorView<double>) {}}) == 0);
}

TEST_CASE("a fit of pieces can be stopped between them", "[mixture]") {
  const std::vector<double> x = points<double>(10 * block_points);
  std::stop_source stop;
  Context<Cpu> ctx({.stop = stop.get_token()});
  int reads = 0;
  Chunks<double> data = in_chunks(x, block_points);
  data.read = [&, read = data.read](index_t first, VectorView<double> room) {
    if (++reads == 4) stop.request_stop();
    read(first, room);
  };
  CHECK_THROWS_AS(static_cast<void>(mixture::fit(ctx, mixture::shared_mean_pair(), data, {0.3, 0.5, 3, 1})), Cancelled);
  CHECK(reads == 4);
}

TEST_CASE("a fit reads its points from a file", "[mixture][io]") {
  const std::vector<float> x = points<float>(20000);
  const auto path = std::filesystem::temp_directory_path() / "isonomy-mixture-chunks.npy";
  io::write_npy(path.string(), VectorView<const float>(view(x)));
  io::NpyReader<double> file(path.string());
  const Chunks<double> data{file.size(), [&](index_t first, VectorView<double> room) { file.read(first, room); },
                            block_points};
  Context<Cpu> ctx;
  const auto from_file = mixture::fit(ctx, mixture::shared_mean_pair(), data, {0.3, 0.5, 3, 1}),
             whole = mixture::fit(ctx, mixture::shared_mean_pair(), view(x), {0.3, 0.5, 3, 1});
  CHECK(from_file.minimum.parameters == whole.minimum.parameters);
  std::vector<double> room(2);
  file.read(19998, view(room));
  CHECK(room == std::vector<double>{x[19998], x[19999]});
  CHECK(message<ValueError>([&] { file.read(19999, view(room)); }) ==
        "NpyReader: elements 19999 to 20001 of 20000; expected a part of the array");
  CHECK_THROWS_AS(io::NpyReader<float>(path.string() + ".missing"), IoError);
  std::filesystem::resize_file(path, 20000);
  CHECK(message<IoError>([&] { file.read(10000, view(room)); }).find("the file ends after") != std::string::npos);
  std::filesystem::remove(path);
}
