// select_k of rows of 4,096 numbers beside a copy that moves the bytes of the matrix.
#include "isonomy/ops/sort/select_k.hpp"
#include "../host/rows.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

class Selection final : public Work {
 public:
  Selection(index_t rows, bool broken)
      : rows_(rows), x_(random_numbers(rows * columns, 8)),
        theirs_(broken ? with_fault(x_, true) : std::vector<double>()), ctx_(device_context()),
        there_(to_device(ctx_, given())), values_(ctx_, rows * wanted), columns_(ctx_, rows * wanted),
        copy_(ctx_, bytes()) {}

  std::string difference() override {
    select_there(there_);
    const Selected host = select(*hosts_.all, rows_, columns, wanted, x_);
    std::string found = difference_of("columns", to_host(ctx_, columns_), host.columns);
    return found.empty() ? difference_of("values", to_host(ctx_, values_), host.values) : found;
  }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { select(*hosts_.one, rows_, columns, wanted, x_); }},
            {Role::all_cores, "Cpu, all cores", [this] { select(*hosts_.all, rows_, columns, wanted, x_); }},
            {Role::resident, "Cuda, matrix there", [this] { select_there(there_); }},
            {Role::with_transfers, "Cuda, from the host and back", [this] { from_the_host(); }},
            {Role::yardstick, "copy of as many bytes", [this] { copy_.run(); }}};
  }
  Demand demand() const override { return {Demand::Of::bytes, bytes(), "each number, read once"}; }

 private:
  static constexpr index_t columns = 4096, wanted = 32;

  [[nodiscard]] const std::vector<double>& given() const { return theirs_.empty() ? x_ : theirs_; }
  [[nodiscard]] double bytes() const { return sizeof(double) * static_cast<double>(x_.size()); }
  void select_there(const Buffer<double, Cuda>& x) {
    select_k(ctx_, row_major<DeviceSpace>(x.data(), rows_, columns),
             row_major<DeviceSpace>(values_.data(), rows_, wanted),
             row_major<DeviceSpace>(columns_.data(), rows_, wanted));
    synchronize(ctx_);
  }
  void from_the_host() {
    select_there(to_device(ctx_, given()));
    static_cast<void>(to_host(ctx_, values_));
    static_cast<void>(to_host(ctx_, columns_));
  }

  Hosts hosts_;
  index_t rows_;
  std::vector<double> x_, theirs_;
  Context<Cuda> ctx_;
  Buffer<double, Cuda> there_, values_;
  Buffer<index_t, Cuda> columns_;
  CopyOfBytes copy_;
};

}  // namespace

std::vector<Gate> gates_of_select_k() {
  return {{"select-k", "the 32 smallest of each row of 4,096 numbers", "rows", 100000, 4, Role::resident,
           Role::yardstick, 0.5,
           [](const Setup& s) -> std::unique_ptr<Work> { return std::make_unique<Selection>(s.size, s.broken); }}};
}

}  // namespace isonomy::gates
