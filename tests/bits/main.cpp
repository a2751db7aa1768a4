// Prints the hashes of everything the library promises the same bits for, whatever the compiler and its flags.
#include "bits/results.hpp"

int main() {
  bits::profiling();
  bits::mixtures();
  bits::clusters();
  bits::eigenvectors();
  bits::signal_and_noise();
}
