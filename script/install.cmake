# What is installed, in four components, each a package of its own: `library` (the shared library),
# `devel` (headers, find_package(tuquan)), `client` (the office's program), `server` (the district's,
# with the sheets, units and maps that it is founded from). `cpack --config BUILD/CPackConfig.cmake`
# makes a TGZ and a DEB of each.
include(CMakePackageConfigHelpers)
set(TQ_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tuquan)

install(TARGETS tuquan EXPORT tuquan
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT devel)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/common/include/tuquan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT devel FILES_MATCHING PATTERN "*.h")
install(EXPORT tuquan NAMESPACE tuquan:: FILE tuquanConfig.cmake DESTINATION ${TQ_CMAKE_DIR}
    COMPONENT devel)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tuquanConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tuquanConfigVersion.cmake DESTINATION ${TQ_CMAKE_DIR}
    COMPONENT devel)
install(TARGETS tuquan-commune RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT client)
install(TARGETS tuquan-district RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tuquan
    COMPONENT server)

set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_NAME tuquan)
set(CPACK_PACKAGE_CONTACT "Tự Quản <tuquan@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Self-governance scores of communes, kept on and off the line")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL library devel client server)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Our own library is in no package that dpkg knows of yet: where it lies, and who needs it.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/common)
foreach(component LIBRARY DEVEL CLIENT SERVER)
    string(TOLOWER tuquan-${component} name)
    set(CPACK_DEBIAN_${component}_PACKAGE_NAME ${name})
    if(NOT component STREQUAL LIBRARY)
        set(CPACK_DEBIAN_${component}_PACKAGE_DEPENDS "tuquan-library (= ${PROJECT_VERSION})")
    endif()
endforeach()
include(CPack)
