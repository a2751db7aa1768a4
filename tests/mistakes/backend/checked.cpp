// What a compiler says where incomplete backends are asked whether they are complete.
#include "mistakes/backend/mistakes.hpp"

namespace isonomy::test {

struct Complete {};
static_assert(checked_backend<With<Complete, Complete>>());

template <class Tag>
struct Asked {
  static_assert(checked_backend<Tag>());
};
template <class Tags>
struct AskedAll;
template <class... Tags>
struct AskedAll<std::tuple<Tags...>> : Asked<Tags>... {};

#ifdef NO_BACKEND
static_assert(checked_backend<NoSpecialisation>());
#endif
#ifdef LEFT_OUT
AskedAll<LeftOut> all;
AskedAll<LeftOutOfMemory> all_of_memory;
#endif
#ifdef WRONG
AskedAll<Wrong> all;
#endif

}  // namespace isonomy::test
