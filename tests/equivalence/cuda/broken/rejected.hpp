// What every broken form is put to: of the rows of its operation one fails with each mistake, and passes without it.
#pragma once

#include <initializer_list>
#include <set>
#include <string>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/plan.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/conformance/rows.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The mistake that the operations of a broken backend make now; one of an enumeration that has `none`.
template <class Mistake>
inline Mistake mistake = Mistake::none;

/// The operations of which a file of this program puts a broken form to the kit: before main begins.
[[nodiscard]] inline std::set<std::string>& operations_with_broken_forms() {
  static std::set<std::string> names;
  return names;
}
template <class Op>
inline const bool has_broken_form = operations_with_broken_forms().insert(Op::name).second;

/// What becomes of the rows of elements T with this mistake, up to the first that fails; of the one named alone.
template <class Op, class Tag, class T, class Mistake>
[[nodiscard]] conformance::OperationResult rows_with(Mistake what, const std::string& row = {}) {
  mistake<Mistake> = what;
  Context<Tag> ctx;
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  plan.first_failure = true;
  plan.row = row;
  conformance::OperationResult result{Op::name};
  conformance::Rows<Tag> rows(ctx, plan, result);
  conformance::Cases<Op>::template run<Tag, T>(rows);
  mistake<Mistake> = Mistake::none;
  return result;
}

/// With each of these mistakes in Tag's form of Op a row of elements T fails, which passes without it.
template <class Op, class Tag, class T = float, class Mistake>
void rejects(std::initializer_list<Mistake> mistakes) {
  static_cast<void>(&has_broken_form<Op>);
  for (const Mistake what : mistakes) {
    INFO(Op::name << " with mistake " << static_cast<int>(what));
    const conformance::OperationResult broken = rows_with<Op, Tag, T>(what);
    REQUIRE(broken.failed == 1);
    const std::string row = broken.rows.back().row;
    INFO(row);
    const conformance::OperationResult honest = rows_with<Op, Tag, T>(Mistake::none, row);
    CHECK((honest.passed > 0 && honest.failed == 0));
  }
}

}  // namespace isonomy::test
