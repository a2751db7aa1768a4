// What support/compiled/profiling.hpp declares.
#include "support/compiled/profiling.hpp"

namespace isonomy::profiling {

template ProfileResult fit<exact>(Context<Cpu>&, const SequenceSet&, const ScaleTable&, const ProfileOptions&);
template ProfileResult fit_numeric<exact>(Context<Cpu>&, std::span<const NumericPart<HostSpace>>,
                                          const std::vector<int>&, const ScaleTable&, const ProfileOptions&);
template Matrix<double, Cpu> feature_matrix<exact>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                   std::span<const Feature>);
template Candidates candidates<exact>(Context<Cpu>&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&,
                                      const PackedScales<Cpu>&, const Moments<Cpu>&, double);
template std::vector<TwiceU> rank_sums<exact>(Context<Cpu>&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&,
                                              const PackedScales<Cpu>&, const FeatureClasses&,
                                              const std::vector<Survivor>&);
template std::vector<RankSummary> feature_rank_summaries<exact>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                                const SplitPlaces<Cpu>&, const PackedScales<Cpu>&,
                                                                std::span<const Candidate>);
template std::vector<RankSummary> rank_summaries<exact>(Context<Cpu>&, const Buffer<double, Cpu>&, index_t, index_t,
                                                        index_t);
template class Evaluator<exact, true, Cpu>;
template class Evaluator<exact, false, Cpu>;
template ProfileResult fit<aaanalysis_1_1>(Context<Cpu>&, const SequenceSet&, const ScaleTable&, const ProfileOptions&);
template ProfileResult fit_numeric<aaanalysis_1_1>(Context<Cpu>&, std::span<const NumericPart<HostSpace>>,
                                                   const std::vector<int>&, const ScaleTable&, const ProfileOptions&);
template Matrix<double, Cpu> feature_matrix<aaanalysis_1_1>(Context<Cpu>&, const SequenceSet&, const ScaleTable&,
                                                            std::span<const Feature>);
template Candidates candidates<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&,
                                               const PackedScales<Cpu>&, const Moments<Cpu>&, double);
template std::vector<TwiceU> rank_sums<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                       const SplitPlaces<Cpu>&, const PackedScales<Cpu>&,
                                                       const FeatureClasses&, const std::vector<Survivor>&);
template std::vector<RankSummary> feature_rank_summaries<aaanalysis_1_1>(Context<Cpu>&, const PackedSequences<Cpu>&,
                                                                         const SplitPlaces<Cpu>&,
                                                                         const PackedScales<Cpu>&,
                                                                         std::span<const Candidate>);
template std::vector<RankSummary> rank_summaries<aaanalysis_1_1>(Context<Cpu>&, const Buffer<double, Cpu>&, index_t,
                                                                 index_t, index_t);
template class Evaluator<aaanalysis_1_1, true, Cpu>;
template class Evaluator<aaanalysis_1_1, false, Cpu>;
template Moments<Cpu> moments(Context<Cpu>&, const SequenceSet&, const PackedSequences<Cpu>&, const SplitPlaces<Cpu>&);

}  // namespace isonomy::profiling
