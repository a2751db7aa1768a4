// Prints the operations and their element types, as the tables of the README, and which backends can be used here.
#include <cstring>
#include <iostream>
#include <string>
#include <tuple>

#include "isonomy/backend/select.hpp"
#include "isonomy/blas/tag.hpp"
#include "isonomy/cuda/tag.hpp"
#include "isonomy/isonomy.hpp"

namespace {

template <class... T>
std::string element_names(std::tuple<T...>*) {
  std::string names;
  ((names += (names.empty() ? "" : ", ") + std::string(isonomy::op::element_name<T>())), ...);
  return names;
}

template <class... Op>
void print_operations(std::tuple<Op...>*) {
  ((std::cout << "| " << Op::name << " | " << element_names(static_cast<typename Op::elements*>(nullptr))
              << " | OpenBLAS |\n"),
   ...);
}

/// What Backend<CpuBlas> does not inherit, where it is compiled in.
template <class Tag>
void print_openblas() {
  if constexpr (requires { sizeof(isonomy::Backend<Tag>); }) {
    std::cout << "\n| operation | element types | " << isonomy::Backend<Tag>::name() << " |\n| --- | --- | --- |\n";
    print_operations(static_cast<typename isonomy::Backend<Tag>::by_openblas*>(nullptr));
  }
}

}  // namespace

int main() {
  static constexpr auto table = isonomy::capability_table<isonomy::Cpu>();
  std::cout << "| operation | element types | " << isonomy::Backend<isonomy::Cpu>::name()
            << " |\n| --- | --- | --- |\n";
  // Neighbouring rows that differ in the element type alone become one.
  for (std::size_t i = 0; i < table.size();) {
    const isonomy::Capability& first = table[i];
    std::string elements = first.element;
    for (++i;
         i < table.size() && std::strcmp(table[i].operation, first.operation) == 0 && table[i].support == first.support;
         ++i)
      elements += std::string(", ") + table[i].element;
    std::cout << "| " << first.operation << " | " << elements << " | " << name(first.support) << " |\n";
  }
  print_openblas<isonomy::CpuBlas>();
  std::cout << "\n";
  for (const isonomy::Availability& a : isonomy::availability<isonomy::Cuda, isonomy::CpuBlas, isonomy::Cpu>())
    std::cout << a.backend << ": " << (a.available ? "available" : a.reason) << "\n";
}
