// What support/compiled/mixture.hpp declares.
#include "support/compiled/mixture.hpp"

namespace isonomy {

template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<const double>,
                           VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<const double>,
                           VectorView<DoubleDouble>);
template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                        MatrixView<const double>, VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<const float>,
                           VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<const float>,
                           VectorView<DoubleDouble>);
template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                        MatrixView<const float>, VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<double>,
                           VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<double>,
                           VectorView<DoubleDouble>);
template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder, MatrixView<double>,
                                        VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<float>,
                           VectorView<DoubleDouble>);
template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<float>,
                           VectorView<DoubleDouble>);
template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder, MatrixView<float>,
                                        VectorView<DoubleDouble>);
template void weighted_mixture_sums(Context<Cpu>&, const Weighted<NormalComponents>&, MixtureOrder,
                                    VectorView<const double>, VectorView<const double>, VectorView<DoubleDouble>);
template void weighted_mixture_sums(Context<Cpu>&, const Weighted<NormalComponents>&, MixtureOrder,
                                    VectorView<const float>, VectorView<const float>, VectorView<DoubleDouble>);

}  // namespace isonomy
