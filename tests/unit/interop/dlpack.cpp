// DLPack in host memory: what is taken, what is refused and why, who calls the deleter, and what others get of ours.
#include <thread>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/interop/dlpack.hpp"
#include "support/catch.hpp"

namespace isonomy::test::tensors {
namespace {

using namespace isonomy::dlpack;

/// As a header of DLPack declares them, with names of its own for the types.
namespace foreign {

enum DeviceType : std::int32_t { host = 1 };
struct Device {
  DeviceType device_type;
  std::int32_t device_id;
};
struct Tensor {
  void* data;
  Device device;
  std::int32_t ndim;
  DataType dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct Managed {
  Tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(Managed*);
};

}  // namespace foreign

/// A tensor of another library, 2 x 3 numbers 0 to 5, and how often its deleter has been called.
struct Made {
  std::vector<double> elements{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  std::int64_t shape[4] = {2, 3, 1, 1}, strides[4] = {3, 1, 1, 1};
  int deleted = 0;
  ManagedTensorVersioned tensor{{1, 1}, this, [](auto* t) { ++static_cast<Made*>(t->manager_ctx)->deleted; }, 0, {}};
  ManagedTensor legacy{};

  Made() {
    tensor.dl_tensor = {elements.data(), {1, 0}, 2, data_type<double>(), shape, strides, 0};
    legacy.manager_ctx = this;
    legacy.deleter = [](auto* t) { ++static_cast<Made*>(t->manager_ctx)->deleted; };
  }
  Made(const Made&) = delete;
  Tensor& dl() { return tensor.dl_tensor; }
  ManagedTensor* as_legacy() {
    legacy.dl_tensor = tensor.dl_tensor;
    return &legacy;
  }
};

using Change = void (*)(Made&);
using Output = MatrixView<double>;
using Input = MatrixView<const double>;

/// A tensor that is refused, and what the refusal says.
struct Refused {
  Change change;
  const char* said;
};

/// Each is refused with that text; its deleter has been called once then, and is not called again.
template <class Failure, class View>
void check_refused(std::initializer_list<Refused> rows) {
  for (const Refused& row : rows) {
    Made made;
    row.change(made);
    std::string said = "taken";
    try {
      static_cast<void>(from_dlpack<View>(&made.tensor));
    } catch (const Failure& e) {
      said = e.what();
    }
    INFO(row.said << " in: " << said);
    CHECK((said.find(row.said) != std::string::npos && made.deleted == 1));
  }
}

TEST_CASE("a tensor becomes a view without a copy, and its deleter is called once, when the view goes") {
  Made made;
  {
    Held<Output> held = from_dlpack<Output>(&made.tensor);
    const Held<Output> moved = std::move(held);
    const Output a = moved.view();
    CHECK((a.data == made.elements.data() && a.rows == 2 && a.columns == 3 && a.row_stride == 3));
    CHECK((a(1, 2) == 5 && !moved.is_copied() && made.deleted == 0));
  }
  CHECK(made.deleted == 1);
  {
    const auto held = from_dlpack<Input>(made.as_legacy());
    CHECK((held.view()(1, 0) == 3 && made.deleted == 1));
  }
  CHECK(made.deleted == 2);
  made.tensor.deleter = nullptr;
  made.tensor.flags = is_copied;
  CHECK(from_dlpack<Output>(&made.tensor).is_copied());
  CHECK(made.deleted == 2);
}

TEST_CASE("tensors declared by another header are taken as they are") {
  Made made;
  foreign::Managed managed{{made.elements.data(), {foreign::host, 0}, 1, data_type<double>(), made.shape, nullptr, 8},
                           &made,
                           [](foreign::Managed* t) { ++static_cast<Made*>(t->manager_ctx)->deleted; }};
  {
    const auto held = from_dlpack<VectorView<const double>>(&managed);
    CHECK((held.view().data == &made.elements[1] && held.view().size == 2));
  }
  CHECK(made.deleted == 1);
  CHECK(borrow<VectorView<const double>>(managed.dl_tensor).data == &made.elements[1]);
  CHECK(made.deleted == 1);
  STATIC_REQUIRE(!ManagedLike<foreign::Tensor>);
}

TEST_CASE("layouts of tensors that are taken") {
  struct Row {
    Change change;
    index_t first, rows, columns, row_stride, column_stride;
  };
  const Row layouts[] = {
      {[](Made& m) { m.dl().strides = nullptr; }, 0, 2, 3, 3, 1},            // of version 1.1
      {[](Made& m) { m.strides[0] = 1, m.strides[1] = 2; }, 0, 2, 3, 1, 2},  // transposed
      {[](Made& m) { m.strides[0] = 6, m.strides[1] = 2; }, 0, 2, 3, 6, 2},  // sliced
      {[](Made& m) { m.dl().byte_offset = 16; }, 2, 2, 3, 3, 1},             //
      {[](Made& m) { m.strides[0] = 0; }, 0, 2, 3, 0, 1},                    // repeated, to be read
      {[](Made& m) { m.tensor.flags = read_only; }, 0, 2, 3, 3, 1},          //
      {[](Made& m) {
         m.dl().device = {3, 0};
       },
       0, 2, 3, 3, 1},  // pinned
      {[](Made& m) {
         m.tensor.version = {1, 77};
       },
       0, 2, 3, 3, 1},  //
      // Strides of axes with one element say nothing: they become as long as the tensor reaches.
      {[](Made& m) { m.shape[0] = 1, m.strides[0] = -12345; }, 0, 1, 3, 3, 1},
      {[](Made& m) { m.shape[1] = 1, m.strides[0] = 4, m.strides[1] = INT64_MAX; }, 0, 2, 1, 4, 5},
      {[](Made& m) { m.shape[0] = m.shape[1] = 1, m.strides[0] = m.strides[1] = 0; }, 0, 1, 1, 1, 1}};
  for (const Row& row : layouts) {
    Made made;
    row.change(made);
    const Input a = from_dlpack<Input>(&made.tensor).view();
    INFO("row " << &row - layouts);
    CHECK((a.data == &made.elements[0] + row.first && a.rows == row.rows && a.columns == row.columns &&
           a.row_stride == row.row_stride && a.column_stride == row.column_stride));
  }
}

TEST_CASE("an empty tensor may have no memory, a number without axes is a vector of one") {
  Made made;
  made.shape[0] = 0, made.strides[1] = -1;
  made.dl().data = nullptr;
  made.dl().byte_offset = 3;
  const Output a = from_dlpack<Output>(&made.tensor).view();
  CHECK((a.data == nullptr && a.rows == 0 && a.columns == 3 && a.row_stride == 3 && a.column_stride == 1));
  Made single;
  single.dl().ndim = 0, single.dl().shape = nullptr, single.dl().strides = nullptr;
  const auto v = from_dlpack<VectorView<double>>(&single.tensor).view();
  CHECK((v.data == single.elements.data() && v.size == 1 && v.stride == 1));
  Made batch;
  batch.dl().ndim = 3, batch.shape[2] = 2, batch.strides[0] = 1, batch.strides[1] = 2, batch.strides[2] = 6;
  const auto b = from_dlpack<BatchView<double>>(&batch.tensor).view();
  CHECK((b.batches == 2 && b.rows == 3 && b.columns == 2 && b[1](2, 1) == 11));
}

TEST_CASE("every type of elements has its name, and no other is taken") {
  const auto is = [](DataType t, int code, int bits) { return t.code == code && t.bits == bits && t.lanes == 1; };
  CHECK((is(data_type<float>(), 2, 32) && is(data_type<double>(), 2, 64) && is(data_type<bool>(), 6, 8)));
  CHECK((is(data_type<std::int8_t>(), 0, 8) && is(data_type<std::int64_t>(), 0, 64)));
  CHECK((is(data_type<std::uint8_t>(), 1, 8) && is(data_type<std::uint32_t>(), 1, 32)));
  check_refused<ValueError, Input>({{[](Made& m) {
                                       m.dl().dtype = {2, 32, 1};
                                     },
                                     "has elements of type float32, and the view that is asked for of float64"},
                                    {[](Made& m) {
                                       m.dl().dtype = {0, 64, 1};
                                     },
                                     "of type int64"},
                                    {[](Made& m) {
                                       m.dl().dtype = {5, 64, 1};
                                     },
                                     "of type complex64"},
                                    {[](Made& m) {
                                       m.dl().dtype = {99, 64, 1};
                                     },
                                     "of type code 99 of 64 bits"},
                                    {[](Made& m) { m.dl().dtype.lanes = 2; }, "of 2 lanes; 1 is meant"}});
}

TEST_CASE("tensors of other versions, devices and with unknown flags are refused") {
  check_refused<Unsupported, Input>({{[](Made& m) {
                                        m.tensor.version = {2, 3};
                                        m.dl() = {};  // nothing but the deleter may be looked at
                                        m.tensor.flags = 1u << 20;
                                      },
                                      "is of DLPack 2.3; only versions 1.x can be read"},
                                     {[](Made& m) {
                                        m.tensor.version = {0, 6};
                                      },
                                      "is of DLPack 0.6"},
                                     {[](Made& m) { m.tensor.flags = 8; }, "flags 8; bits above 2"},
                                     {[](Made& m) {
                                        m.dl().device = {10, 0};
                                      },
                                      "device of type 10"}});
  check_refused<ValueError, Input>({{[](Made& m) {
                                       m.dl().device = {2, 0};
                                     },
                                     "is on a CUDA device"},
                                    {[](Made& m) {
                                       m.dl().device = {13, 0};
                                     },
                                     "is on a CUDA device"}});
}

TEST_CASE("tensors whose shape, strides or memory break a rule are refused") {
  check_refused<ShapeError, Output>(
      {{[](Made& m) { m.dl().ndim = 1; }, "has 1 axes, and the view that is asked for has 2"},
       {[](Made& m) { m.dl().ndim = 4; }, "has 4 axes, and the view that is asked for has 2"},
       {[](Made& m) { m.dl().ndim = 0; }, "has 0 axes, and the view that is asked for has 2"},
       {[](Made& m) { m.shape[1] = -3; }, "extent -3 on axis 1; extents must be at least 0"},
       {[](Made& m) { m.shape[0] = m.shape[1] = index_t{1} << 40; }, "more elements of 8 bytes than"},
       {[](Made& m) { m.strides[1] = -1; }, "stride -1 on axis 1; strides must be at least 0"},
       {[](Made& m) { m.strides[0] = index_t{1} << 62; }, "beyond what memory can have"},
       {[](Made& m) { m.strides[0] = 0; }, "may let elements share memory"},
       {[](Made& m) { m.strides[0] = 2; }, "its strides 2, 1, 0 may let elements share memory"}});
  check_refused<ValueError, Output>(
      {{[](Made& m) { m.dl().ndim = -1; }, "has -1 axes; it must have 0 or more"},
       {[](Made& m) { m.dl().shape = nullptr; }, "has 2 axes and no shape"},
       {[](Made& m) { m.tensor.version.minor_number = 2, m.dl().strides = nullptr; }, "since version 1.2"},
       {[](Made& m) { m.dl().data = nullptr; }, "has extents 2, 3 and a null pointer"},
       {[](Made& m) { m.dl().byte_offset = 4; }, "is 4 bytes beyond a multiple of 8"},
       {[](Made& m) { m.dl().byte_offset = UINT64_MAX; }, "beyond all memory"},
       {[](Made& m) { m.tensor.flags = read_only; }, "the array is read-only"}});
  CHECK_THROWS_AS(from_dlpack<Output>(static_cast<ManagedTensor*>(nullptr)), ValueError);
}

TEST_CASE("a refused legacy tensor is given back once too, a borrowed one never") {
  Made made;
  made.strides[0] = 2;
  CHECK_THROWS_AS(from_dlpack<Output>(made.as_legacy()), ShapeError);
  CHECK(made.deleted == 1);
  CHECK_THROWS_AS(borrow<Output>(made.dl()), ShapeError);
  CHECK(borrow<Input>(made.dl()).row_stride == 2);
  CHECK(made.deleted == 1);
}

TEST_CASE("a buffer or matrix that is handed over goes with its tensor, on any thread") {
  Context<Cpu> cpu;
  Matrix<float, Cpu> a(cpu, 3, 2);
  a.view()(2, 1) = 7;
  const float* const data = a.data();
  auto tensor = to_dlpack(std::move(a));
  const Tensor& t = tensor->dl_tensor;
  CHECK(
      (t.data == data && t.ndim == 2 && t.shape[0] == 3 && t.shape[1] == 2 && t.strides[0] == 1 && t.strides[1] == 3));
  CHECK((t.device.device_type == 1 && t.dtype.code == 2 && t.dtype.bits == 32 && t.byte_offset == 0));
  CHECK((tensor->version.major_number == 1 && tensor->flags == is_copied));
  auto held = std::make_unique<Held<MatrixView<float>>>(from_dlpack<MatrixView<float>>(tensor.release()));
  CHECK((held->view()(2, 1) == 7 && held->view().data == data && cpu.counters().bytes_allocated == 24));
  Buffer<int, Cpu> b(cpu, 5);
  auto legacy = to_dlpack<ManagedTensor>(std::move(b));
  CHECK((legacy->dl_tensor.ndim == 1 && legacy->dl_tensor.strides[0] == 1));
  std::thread other([gone = std::move(held), also = std::move(legacy)]() mutable { gone.reset(), also.reset(); });
  for (int i = 0; i < 100; ++i) Buffer<double, Cpu>(cpu, 3);  // while the context is at work
  other.join();
  CHECK(cpu.counters().held() == 0);
}

TEST_CASE("a view is exported with its owner, or with none") {
  std::vector<double> x{1, 2, 3, 4};
  const double* const data = x.data();
  {
    auto tensor = to_dlpack(view(x), std::move(x));
    CHECK((tensor->dl_tensor.data == data && tensor->flags == 0));
    CHECK(from_dlpack<VectorView<double>>(tensor.release()).view().size == 4);
  }
  auto kept = std::make_shared<std::vector<double>>(6, 1.0);
  auto tensor = to_dlpack(MatrixView<const double>(kept->data(), 2, 3, 1, 2), std::shared_ptr(kept));
  CHECK((kept.use_count() == 2 && tensor->flags == read_only));
  CHECK_THROWS_AS(from_dlpack<Output>(tensor.release()), ValueError);
  CHECK(kept.use_count() == 1);
  const auto borrowed = to_dlpack<ManagedTensor>(view(*kept));
  CHECK(borrow<VectorView<double>>(borrowed->dl_tensor).data == kept->data());
  const auto batch = to_dlpack(BatchView<double>(kept->data(), 3, 1, 2, 2, 2, 1));
  CHECK((batch->dl_tensor.ndim == 3 && batch->dl_tensor.shape[0] == 3 && batch->dl_tensor.strides[2] == 1));
  const auto empty = to_dlpack(VectorView<double>());
  CHECK((empty->dl_tensor.data == nullptr && empty->dl_tensor.shape[0] == 0 && empty->dl_tensor.strides[0] == 1));
}

}  // namespace
}  // namespace isonomy::test::tensors
