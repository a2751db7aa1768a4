// DeadUnits: what becomes of units that do not vary.
#pragma once

namespace isonomy::gsn {

/// What becomes of units that do not vary.
///
/// - `drop`: they are left out of likelihoods, of what is made positive semidefinite, and of the mean number of trials
///   of missing data, and are zeros in all matrices;
/// - `literal`: nothing is done about them, as in the published code: no level has a likelihood, so that the first is
///   taken for all units, and they get a ridge as the others do. LevelRule::analytic and
///   LevelFallback::diagonal_loading, which have no likelihood, leave them out all the same.
enum class DeadUnits { drop, literal };

}  // namespace isonomy::gsn
