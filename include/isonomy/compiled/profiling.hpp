// Profiling on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of profiling's own headers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/compiled/residue.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/numeric/fit_numeric.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"

namespace isonomy::profiling {

extern template ProfileResult fit<exact>(Context<Cpu>&, const SequenceSet&, const ScaleTable&, const ProfileOptions&);
extern template ProfileResult selection_frequencies<exact>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                           const ProfileOptions&, const BootstrapOptions&);
extern template ProfileResult fit_numeric<exact>(Context<Cpu>&, std::span<const NumericPart<HostSpace>>,
                                                 const std::vector<int>&, const ScaleTable&, const ProfileOptions&);
extern template Matrix<double, Cpu> feature_matrix<exact>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                          std::span<const Feature>);
extern template Candidates<Cpu> candidates<exact>(Context<Cpu>&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&,
                                                  const PackedScales<Cpu>&, const Moments<Cpu>&, double);
extern template std::vector<TwiceU> rank_sums<exact>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                     const SplitPlaces<Cpu>&, const PackedScales<Cpu>&,
                                                     const FeatureClasses&, const std::vector<Survivor>&);
extern template std::vector<RankSummary> feature_rank_summaries<exact>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                                       const SplitPlaces<Cpu>&,
                                                                       const PackedScales<Cpu>&,
                                                                       std::span<const Candidate>);
extern template std::vector<RankSummary> rank_summaries<exact>(Context<Cpu>&, const Buffer<double, Cpu>&, index_t,
                                                               index_t, index_t);
extern template class Evaluator<exact, true, Cpu>;
extern template class Evaluator<exact, false, Cpu>;
extern template ProfileResult fit<aaanalysis_1_1>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                  const ProfileOptions&);
extern template ProfileResult selection_frequencies<aaanalysis_1_1>(Context<Cpu>&, const SequenceSet&,
                                                                    const ScaleTable&, const ProfileOptions&,
                                                                    const BootstrapOptions&);
extern template ProfileResult fit_numeric<aaanalysis_1_1>(Context<Cpu>&, std::span<const NumericPart<HostSpace>>,
                                                          const std::vector<int>&, const ScaleTable&,
                                                          const ProfileOptions&);
extern template Matrix<double, Cpu> feature_matrix<aaanalysis_1_1>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                                   std::span<const Feature>);
extern template Candidates<Cpu> candidates<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                           const SplitPlaces<Cpu>&, const PackedScales<Cpu>&,
                                                           const Moments<Cpu>&, double);
extern template std::vector<TwiceU> rank_sums<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                              const SplitPlaces<Cpu>&, const PackedScales<Cpu>&,
                                                              const FeatureClasses&, const std::vector<Survivor>&);
extern template std::vector<RankSummary>
feature_rank_summaries<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&,
                                       const PackedScales<Cpu>&, std::span<const Candidate>);
extern template std::vector<RankSummary> rank_summaries<aaanalysis_1_1>(Context<Cpu>&, const Buffer<double, Cpu>&,
                                                                        index_t, index_t, index_t);
extern template class Evaluator<aaanalysis_1_1, true, Cpu>;
extern template class Evaluator<aaanalysis_1_1, false, Cpu>;
extern template Moments<Cpu> moments(Context<Cpu>&, const SequenceSet&, const PackedSequences<Cpu>&,
                                     const SplitPlaces<Cpu>&);

}  // namespace isonomy::profiling
