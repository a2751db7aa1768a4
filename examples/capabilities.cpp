// Prints the operations and their element types, as the table of the README, and which backends can be used here.
#include <cstring>
#include <iostream>
#include <string>

#include "isonomy/backend/select.hpp"
#include "isonomy/cuda/tag.hpp"
#include "isonomy/isonomy.hpp"

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
  std::cout << "\n";
  for (const isonomy::Availability& a : isonomy::availability<isonomy::Cuda, isonomy::Cpu>())
    std::cout << a.backend << ": " << (a.available ? "available" : a.reason) << "\n";
}
