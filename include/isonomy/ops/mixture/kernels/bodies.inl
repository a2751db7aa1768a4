// The kernels of mixtures, in the order in which they are read; read inside a namespace that has Lanes
// (core/lanes/scalar.hpp).
#include "isonomy/ops/mixture/kernels/multivariate.inl"
#include "isonomy/ops/mixture/kernels/univariate.inl"
#include "isonomy/ops/mixture/kernels/weighted.inl"

#include "isonomy/ops/mixture/kernels/blocks.inl"
