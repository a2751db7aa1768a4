// What the lists of faults of the sums over mixtures share.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "isonomy/core/view.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <class T>
std::vector<T> packed(VectorView<const T> v) {
  std::vector<T> x;
  for (index_t i = 0; i < v.size; ++i) x.push_back(v(i));
  return x;
}

inline std::vector<std::string> with(std::vector<std::string> of_both, const std::vector<std::string>& own) {
  of_both.insert(of_both.end(), own.begin(), own.end());
  return of_both;
}
/// Outputs are the front door's own memory: what is behind their end nobody sees.
inline std::vector<Kind> kinds(std::initializer_list<Kind> further = {}) {
  std::vector<Kind> all = usual_kinds({Kind::ignores_limit, Kind::narrows_output});
  std::erase(all, Kind::writes_past_the_end);
  all.insert(all.end(), further);
  return all;
}

}  // namespace isonomy::test
