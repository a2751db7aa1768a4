// The kernels of mixtures over lanes of one element: what devices run, and what defines the bits of all others.
#pragma once

#include "isonomy/core/lanes/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::lanes {

#include "isonomy/ops/mixture/kernels/bodies.inl"

}  // namespace isonomy::lanes
