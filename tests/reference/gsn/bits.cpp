// Golden fits have the same bits on every instruction set and for any number of threads.
#include <cstddef>
#include <cstring>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/matrices.hpp"

using namespace isonomy;

namespace {

/// All numbers of a fit, one behind the other.
std::vector<double> numbers_of_fit(const test::GsnCase& c, const cpu::ContextOptions& how) {
  gsn::GsnOptions options;
  options.wantshrinkage = c.shrinkage;
  options.returns = {true, true, true, true, true, true, true, true, true};
  if (c.uneven == "missing") options.uneven = gsn::Uneven::missing;
  const std::vector<double> x = c.data().x;
  Context<Cpu> ctx(how);
  const auto data = gsn::trials_fastest(x.data(), c.generator.units, c.generator.conditions, c.generator.trials);
  const gsn::GsnResult<Cpu> r = gsn::fit(ctx, data, options);
  std::vector<double> all{r.shrinklevelN, r.shrinklevelD, static_cast<double>(*r.numiters), r.distance.value_or(-1)};
  const auto add = [&](const std::vector<double>& more) { all.insert(all.end(), more.begin(), more.end()); };
  for (const auto* m : {&r.cN, &r.cS, &r.cNb, &r.cSb, &r.cD, &r.eigvecs_signal, &r.eigvecs_difference})
    add(test::square(*m).x);
  for (const auto* v : {&r.mnS, &r.ncsnr, &r.eigvals_signal, &r.eigvals_difference, &r.noise.nll, &r.data.nll}) add(*v);
  return all;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("fits have the same bits on every instruction set and for any threads", "[gsn]") {
  const cpu::InstructionSet best = cpu::best_instruction_set();
  for (const test::GsnCase& c : test::gsn_cases("spec")) {
    INFO(c.id);
    const std::vector<double> expected =
        numbers_of_fit(c, {.threads = 1, .instruction_set = cpu::InstructionSet::scalar});
    CHECK(expected.size() > 7 * static_cast<std::size_t>(c.generator.units * c.generator.units));
    for (const cpu::InstructionSet set :
         {cpu::InstructionSet::scalar, cpu::InstructionSet::avx2, cpu::InstructionSet::avx512})
      for (const int threads : {1, 2, 8})
        if (set <= best) CHECK(same_bits(numbers_of_fit(c, {.threads = threads, .instruction_set = set}), expected));
  }
}

TEST_CASE("fits of every golden case have the same bits for 1, 2 and 8 threads", "[gsn][long]") {
  for (const char* file : {"even", "uneven", "missing"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      INFO(c.id);
      const std::vector<double> expected = numbers_of_fit(c, {.threads = 1});
      for (const int threads : {2, 8}) CHECK(same_bits(numbers_of_fit(c, {.threads = threads}), expected));
    }
}
