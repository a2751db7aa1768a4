// Kernels that watch.sh refuses: a large frame, a spill, a function that calls itself.
namespace isonomy {

__global__ void large_frame(int* x, int n) {
  int held[200];
  for (int i = 0; i < 200; ++i) held[(i * n) % 200] = x[i];
  x[0] = held[n];
}

__global__ void __launch_bounds__(1024) spill(double* x, int n) {
  double held[64];
  for (int i = 0; i < 64; ++i) held[i] = x[i * n + threadIdx.x];
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < 64; ++i) held[i] = held[i] * held[(i + 7) % 64] + x[j];
  for (int i = 0; i < 64; ++i) x[i * n + threadIdx.x] = held[i];
}

__device__ int calls_itself(int n, const int* x) {
  return n <= 1 ? 1 : calls_itself(n - 1, x) + calls_itself(n - 2, x) + x[n];
}
__global__ void recursion(int* x, int n) { x[0] = calls_itself(n, x); }

}  // namespace isonomy
