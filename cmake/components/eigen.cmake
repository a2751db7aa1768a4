# Finds Eigen 3.4 or later, Eigen 5 too; isonomy_eigen_missing says why not. No version is asked for: Eigen's version file
# accepts its own major version only, and a range from 3.4 refuses the 3.4.0 of Debian 12.
find_package(Eigen3 QUIET NO_MODULE)
set(isonomy_eigen_missing "")
if(NOT TARGET Eigen3::Eigen)
  set(isonomy_eigen_missing "Eigen 3.4 or later not found (Debian: libeigen3-dev)")
elseif(Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
  set(isonomy_eigen_missing "Eigen 3.4 or later is needed, and ${Eigen3_DIR} has ${Eigen3_VERSION}: name another with Eigen3_DIR")
endif()
