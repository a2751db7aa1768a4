// Conformance rows of operations over segments: offsets that break their rule.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isonomy/conformance/call.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance::detail {

inline constexpr index_t elements_between_bad_offsets = 5000;

/// run(call, offsets) over as many elements must throw ValueError, in whatever memory the offsets are. Each vector of
/// them has 2001, of which one or two break the rule.
template <class Tag, class Run>
void refuses_bad_offsets(Rows<Tag>& rows, const char* element, const Run& run) {
  const auto refuses = [&](const char* what, index_t s, index_t value) {
    constexpr index_t segments = 2000;
    rows.template throws<ValueError>(text::joined(element, ", ", what), [=](Call<Tag>& call) {
      Operand<index_t> offsets(segments + 1, index_t{3});
      for (index_t i = 0; i <= segments; ++i) offsets(i) = 2 * i;
      offsets(s) = value;
      run(call, call.input("offsets", offsets).vector());
    });
  };
  refuses("the first offset negative", 0, -1);
  refuses("an offset less than the one before", 1234, 2465);
  refuses("an offset greater than the one after", 1, 5);
  refuses("an offset beyond all elements, not the last", 7, elements_between_bad_offsets + 1);
  refuses("the last offset less than the one before", 2000, 3997);
  refuses("the last offset beyond the elements", 2000, elements_between_bad_offsets + 1);
}

}  // namespace isonomy::conformance::detail
