// The passes of mixtures on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"

namespace isonomy {

extern template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<const double>,
                                  VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<const double>,
                                  VectorView<DoubleDouble>);
extern template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                               MatrixView<const double>, VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<const float>,
                                  VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<const float>,
                                  VectorView<DoubleDouble>);
extern template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                               MatrixView<const float>, VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<double>,
                                  VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<double>,
                                  VectorView<DoubleDouble>);
extern template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                               MatrixView<double>, VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const SharedMeanPair&, MixtureOrder, VectorView<float>,
                                  VectorView<DoubleDouble>);
extern template void mixture_sums(Context<Cpu>&, const NormalComponents&, MixtureOrder, VectorView<float>,
                                  VectorView<DoubleDouble>);
extern template void multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                               MatrixView<float>, VectorView<DoubleDouble>);
extern template void weighted_mixture_sums(Context<Cpu>&, const Weighted<NormalComponents>&, MixtureOrder,
                                           VectorView<const double>, VectorView<const double>,
                                           VectorView<DoubleDouble>);
extern template void weighted_mixture_sums(Context<Cpu>&, const Weighted<NormalComponents>&, MixtureOrder,
                                           VectorView<const float>, VectorView<const float>, VectorView<DoubleDouble>);
extern template void weighted_multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                                        MatrixView<const double>, VectorView<const double>,
                                                        VectorView<DoubleDouble>);
extern template void weighted_multivariate_mixture_sums(Context<Cpu>&, const MultivariateNormals&, MixtureOrder,
                                                        MatrixView<const float>, VectorView<const float>,
                                                        VectorView<DoubleDouble>);

}  // namespace isonomy
