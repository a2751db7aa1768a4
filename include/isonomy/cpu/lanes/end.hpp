// Ends the region of an instruction set that a begin_*.hpp began.
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#pragma pop_macro("ISONOMY_HD")
