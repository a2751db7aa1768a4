// Begins a region that is compiled for AVX2 whatever flags the including program is compiled with; end.hpp ends it.
// Registers exist on the host only, so ISONOMY_HD is nothing in the region. The tuning is part of it: g++ 12 tuned for
// some AMD processors (-march=native there) makes code of these kernels that takes twice as long.
#pragma push_macro("ISONOMY_HD")
#undef ISONOMY_HD
#define ISONOMY_HD
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,tune=generic")
#endif
