// says: Chain: a backend stands in it twice
#include "isonomy/backend/compose.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

#ifdef MISTAKE
using TwiceCpu = isonomy::Chain<isonomy::Cpu, isonomy::Without<isonomy::Cpu, isonomy::op::syrk>, isonomy::Cpu>;
#else
using TwiceCpu = isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::syrk>, isonomy::Cpu>;
#endif
const char* name_of_twice_cpu() { return isonomy::Backend<TwiceCpu>::name(); }
