// Every member left out, and wrong ones: what each is asked of follows where this is included.
#pragma once

#include "mistakes/backend/members.hpp"

namespace isonomy::test {

struct AvailableThatThrows {
  static bool available() { return true; }
};
struct AvailableOfAnotherType {
  static int available() noexcept { return 1; }
};
struct NameThatIsNoText {
  static int name() { return 1; }
};
struct AllocateWithoutPurpose {
  template <class Ctx>
  static Memory allocate(Ctx&, std::size_t) {
    return {};
  }
};
struct CopyFromHostOfDoubles {
  template <class Ctx>
  static void copy_from_host(Ctx&, VectorView<const double>, VectorView<double>) {}
};
struct CopyToHostMisspelt {
  template <class Ctx, class T>
  static void copy_to_hots(Ctx&, VectorView<const T>, VectorView<T>) {}
};
struct CopyToHostOfDoubles {
  template <class Ctx>
  static void copy_to_host(Ctx&, VectorView<const double>, VectorView<double>) {}
};
struct SpaceOfItsOwn {
  struct space {};
};
struct AllocationWithoutAddress {
  using allocation = Nothing;
};
struct ControlByValue {
  Control control() const { return {}; }
};
struct CountersByValue {
  Counters counters() { return {}; }
};

struct NoSpecialisation {};

/// Backends without one member: of those that every backend has, and of those that concern its memory.
using LeftOut =
    std::tuple<Without<The<HasTag>>, Without<The<HasSpace>>, Without<The<HasContext>>, Without<The<HasName>>,
               Without<The<HasAvailable>>, Without<The<ContextHasTag>>, Without<The<ContextHasSpace>>,
               Without<The<ContextHasControl>>, Without<The<ContextHasCounters>>>;
using LeftOutOfMemory =
    std::tuple<Without<The<HasAllocation>>, Without<The<HasAllocate>>, Without<The<HasCopyFromHost>>,
               Without<The<HasCopyToHost>>, Without<The<HasSynchronize>>>;
/// Backends with one member that is not what it must be.
using Wrong = std::tuple<With<The<HasAvailable>, AvailableThatThrows>, With<The<HasAvailable>, AvailableOfAnotherType>,
                         With<The<HasName>, NameThatIsNoText>, With<The<HasAllocate>, AllocateWithoutPurpose>,
                         With<The<HasCopyFromHost>, CopyFromHostOfDoubles>,
                         With<The<HasCopyToHost>, CopyToHostMisspelt>, With<The<HasCopyToHost>, CopyToHostOfDoubles>,
                         With<The<HasSpace>, SpaceOfItsOwn>, With<The<HasAllocation>, AllocationWithoutAddress>,
                         With<The<ContextHasControl>, ControlByValue>, With<The<ContextHasCounters>, CountersByValue>>;

}  // namespace isonomy::test
