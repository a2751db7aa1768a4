# Installs the headers and the CMake package: a version, a config, and one export set per component.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ISONOMY_PACKAGE_DIR "${CMAKE_INSTALL_DATADIR}/cmake/isonomy")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/isonomy" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inl" PATTERN "*.cuh")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/isonomy-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/isonomy-config.cmake" INSTALL_DESTINATION "${ISONOMY_PACKAGE_DIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/isonomy-config-version.cmake" COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
# The bundled scales keep their own licence.
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/examples/data/aaontology/LICENSE.aaanalysis"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/isonomy")
install(FILES "${PROJECT_BINARY_DIR}/isonomy-config.cmake" "${PROJECT_BINARY_DIR}/isonomy-config-version.cmake"
        DESTINATION "${ISONOMY_PACKAGE_DIR}")

# What needs another library is found, not exported: that library lies elsewhere on every machine.
install(FILES "${PROJECT_SOURCE_DIR}/cmake/components/eigen.cmake" "${PROJECT_SOURCE_DIR}/cmake/components/isonomy-cuda.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/components/isonomy-blas.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/components/isonomy-lbfgspp.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/components/isonomy-minuit2.cmake"
        DESTINATION "${ISONOMY_PACKAGE_DIR}")

# Target isonomy_<component> becomes isonomy::<component> of find_package(isonomy COMPONENTS <component>).
function(isonomy_install_component component)
  set_target_properties(isonomy_${component} PROPERTIES EXPORT_NAME ${component})
  install(TARGETS isonomy_${component} EXPORT isonomy-${component}-targets)
  install(EXPORT isonomy-${component}-targets NAMESPACE isonomy:: DESTINATION "${ISONOMY_PACKAGE_DIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/components/isonomy-${component}.cmake" DESTINATION "${ISONOMY_PACKAGE_DIR}")
endfunction()
