// Views of what Eigen, std::span and Python's array interfaces have in host memory, and back.
#include "isonomy/interop/array_interface.hpp"
#include "isonomy/interop/eigen.hpp"
#include "isonomy/interop/span.hpp"
#include "support/catch.hpp"

namespace isonomy::test::arrays {
namespace {

using array_interface::Fields;
using array_interface::from_fields;
using array_interface::to_fields;

/// Fields that are refused, those of 2 x 3 numbers but for a change, and what the refusal says.
struct RefusedFields {
  void (*change)(Fields&);
  const char* said;
};
template <class Failure>
void check_refused_fields(std::initializer_list<RefusedFields> rows) {
  double elements[12];
  for (const RefusedFields& row : rows) {
    Fields fields{{2, 3}, "<f8", reinterpret_cast<std::uintptr_t>(elements), false, std::vector<index_t>{24, 8}};
    row.change(fields);
    std::string said = "taken";
    try {
      static_cast<void>(from_fields<MatrixView<double>>(fields));
    } catch (const Failure& e) {
      said = e.what();
    }
    INFO(row.said << " in: " << said);
    CHECK(said.find(row.said) != std::string::npos);
  }
}

TEST_CASE("an array that Python describes becomes a view without a copy, and back") {
  double elements[12] = {0, 1, 2, 3, 4, 5};
  const Fields fields{{2, 3}, "<f8", reinterpret_cast<std::uintptr_t>(elements)};
  const auto a = from_fields<MatrixView<double>>(fields);
  CHECK((a.data == elements && a.rows == 2 && a.columns == 3 && a.row_stride == 3 && a(1, 2) == 5));
  const Fields back = to_fields(MatrixView<const double>(transposed(a)));
  CHECK((back.shape == std::vector<index_t>{3, 2} && back.strides == std::vector<index_t>{8, 24}));
  CHECK((back.typestr == "<f8" && back.data == fields.data && back.read_only && back.version == 3 && !back.stream));
  CHECK(from_fields<MatrixView<const double>>(back).column_stride == 3);
  const auto sliced =
      from_fields<VectorView<double>>({{3}, "<f8", fields.data, false, std::vector<index_t>{16}, false, {}, 2});
  CHECK((sliced.stride == 2 && sliced[2] == 4));
  const auto empty = from_fields<MatrixView<float>>({{0, 5}, "<f4"});
  CHECK((empty.data == nullptr && empty.rows == 0 && empty.columns == 5));
  const auto one = from_fields<MatrixView<double>>({{1, 3}, "<f8", fields.data, false, std::vector<index_t>{-7, 8}});
  CHECK((one.row_stride == 3 && one.column_stride == 1));
  const auto single = from_fields<VectorView<const double>>({{}, "<f8", fields.data, true});
  CHECK((single.size == 1 && single.data == elements));
}

TEST_CASE("types of Python's arrays have their names") {
  using namespace array_interface;
  CHECK((type_text<float>() == "<f4" && type_text<double>() == "<f8" && type_text<bool>() == "|b1"));
  CHECK(
      (type_text<std::uint8_t>() == "|u1" && type_text<std::int8_t>() == "|i1" && type_text<std::int32_t>() == "<i4"));
  CHECK((type_text<std::uint64_t>() == "<u8" && type_text<std::int64_t>() == "<i8"));
  std::uint8_t bytes[3];
  CHECK(from_fields<VectorView<std::uint8_t>>({{3}, "|u1", reinterpret_cast<std::uintptr_t>(bytes)}).data == bytes);
}

TEST_CASE("arrays of Python that break a rule are refused") {
  constexpr const char* malformed = "it must be an order of bytes, a kind and a number of bytes";
  check_refused_fields<Unsupported>({{[](Fields& f) { f.version = 1; }, "version is 1; 2 and 3 can be read"}});
  check_refused_fields<ValueError>(
      {{[](Fields& f) { f.has_mask = true; }, "from_fields: mask is there; it must be None"},
       {[](Fields& f) { f.typestr = ">f8"; }, "typestr is '>f8', of big-endian order"},
       {[](Fields& f) { f.typestr = "<f4"; }, "typestr is '<f4', and the view that is asked for is of '<f8'"},
       {[](Fields& f) { f.typestr = "<c8"; }, "nothing is converted"},
       {[](Fields& f) { f.typestr = ""; }, malformed},
       {[](Fields& f) { f.typestr = "f8"; }, malformed},
       {[](Fields& f) { f.typestr = "=f8"; }, malformed},
       {[](Fields& f) { f.typestr = "|f8"; }, malformed},
       {[](Fields& f) { f.typestr = "<f"; }, malformed},
       {[](Fields& f) { f.typestr = "<f8x"; }, malformed},
       {[](Fields& f) { f.typestr = "<f-8"; }, malformed},
       {[](Fields& f) { f.strides->front() = 12; }, "strides have 12 bytes, which is no multiple"},
       {[](Fields& f) { f.stream = 1; }, "stream is 1, as arrays on a device have one"},
       {[](Fields& f) { f.read_only = true; }, "the array is read-only"},
       {[](Fields& f) { f.data = 0; }, "a null pointer; only an empty one may"},
       {[](Fields& f) { f.data += 1; }, "1 bytes beyond a multiple of 8"}});
  check_refused_fields<ShapeError>({{[](Fields& f) { f.shape = {6}, f.strides = {}; }, "has 1 axes"},
                                    {[](Fields& f) { f.strides->pop_back(); }, "has 2 extents and 1 strides"},
                                    {[](Fields& f) { f.strides->back() = -8; }, "stride -1 on axis 1"},
                                    {[](Fields& f) { f.strides->front() = 0; }, "share memory"},
                                    {[](Fields& f) { f.shape[0] = -2; }, "extent -2 on axis 0"}});
}

TEST_CASE("what Eigen keeps becomes a view of the same elements, and back") {
  Eigen::MatrixXd a(3, 4);
  for (Eigen::Index i = 0; i < a.size(); ++i) a.data()[i] = static_cast<double>(i);
  const MatrixView<double> v = eigen::view(a);
  CHECK((v.data == a.data() && v.rows == 3 && v.columns == 4 && v.row_stride == 1 && v.column_stride == 3));
  const Eigen::MatrixXd& constant = a;
  STATIC_REQUIRE(std::same_as<decltype(eigen::view(constant)), MatrixView<const double>>);
  STATIC_REQUIRE(eigen::Viewable<Eigen::MatrixXd&>);
  STATIC_REQUIRE(!eigen::Viewable<Eigen::MatrixXd>);  // a temporary: its elements would be gone
  STATIC_REQUIRE(!eigen::Viewable<decltype(a + a)>);  // not computed yet
  const MatrixView<double> block = eigen::view(a.block(1, 2, 2, 2));
  CHECK((block.data == &a(1, 2) && block.column_stride == 3 && block(1, 1) == a(2, 3)));
  const MatrixView<double> turned = eigen::view(a.transpose());
  CHECK((turned.rows == 4 && turned.row_stride == 3 && turned(3, 0) == a(0, 3)));
  const VectorView<double> row = eigen::view(a.row(1)), column = eigen::view(a.col(2));
  CHECK((row.size == 4 && row.stride == 3 && row[2] == a(1, 2) && column.stride == 1 && column.data == &a(0, 2)));
  Eigen::Matrix<float, 2, 3, Eigen::RowMajor> fixed;
  CHECK((eigen::view(fixed).row_stride == 3 && eigen::view(fixed).column_stride == 1));
  eigen::map(row)[3] = 99;
  CHECK((a(1, 3) == 99 && eigen::map(v).data() == a.data() && eigen::map(turned)(3, 1) == 99));
  Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<>> backwards(a.data() + 3, 4, Eigen::InnerStride<>(-1));
  CHECK_THROWS_AS(eigen::view(backwards), ShapeError);
}

TEST_CASE("a view with stride 1 is a span, another is refused") {
  std::vector<int> x{1, 2, 3, 4};
  const std::span<int> all = interop::span(view(x));
  CHECK((all.data() == x.data() && all.size() == 4 && view(all).data == x.data()));
  CHECK_THROWS_AS(interop::span(VectorView<int>(x.data(), 2, 2)), ShapeError);
  CHECK(interop::span(VectorView<const int>(x.data(), 1, 2)).size() == 1);
  CHECK(interop::span(VectorView<int>()).empty());
}

}  // namespace
}  // namespace isonomy::test::arrays
