// Fits of mixtures on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of mixture's own headers.
#pragma once

#include <vector>

#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"

namespace isonomy::mixture {




























}  // namespace isonomy::mixture
