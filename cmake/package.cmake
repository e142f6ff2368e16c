# SPDX-License-Identifier: Apache-2.0
# The Debian package: `cpack -G DEB` in the build folder, when wangdi and web/dist are built. It
# builds nothing itself. What the package leaves in /etc and /var is in packaging/deb.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME wangdi)
set(packed_folder ${CMAKE_BINARY_DIR}/packaging)
set(doc_folder share/doc/wangdi)

set(CPACK_PACKAGE_CONTACT "Wangdi maintainers <maintainers@wangdi.example>")
string(TIMESTAMP changed_at "%a, %d %b %Y %H:%M:%S +0000" UTC)  # or SOURCE_DATE_EPOCH
configure_file(packaging/deb/changelog.in ${packed_folder}/changelog @ONLY)
configure_file(packaging/wangdi.1 ${packed_folder}/wangdi.1 COPYONLY)
find_program(GZIP gzip REQUIRED)
foreach(page changelog wangdi.1)  # -n: neither time nor name inside
  execute_process(COMMAND ${GZIP} -9nc ${packed_folder}/${page}
                  OUTPUT_FILE ${packed_folder}/${page}.gz COMMAND_ERROR_IS_FATAL ANY)
endforeach()

install(TARGETS wangdi RUNTIME DESTINATION bin)
# The program looks for both below the share/wangdi beside its bin.
install(DIRECTORY web/dist/ DESTINATION share/wangdi/web
        PATTERN .vite EXCLUDE PATTERN .built_from EXCLUDE PATTERN sizes.json EXCLUDE)
install(DIRECTORY data/ DESTINATION share/wangdi/data)
install(DIRECTORY docs/operating DESTINATION ${doc_folder})
install(FILES README.md CHANGELOG.md packaging/copyright ${packed_folder}/changelog.gz
        DESTINATION ${doc_folder})
install(FILES ${packed_folder}/wangdi.1.gz DESTINATION share/man/man1)
install(FILES packaging/wangdi.service DESTINATION lib/systemd/system)
install(FILES packaging/wangdi.toml DESTINATION /etc/wangdi)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wangdi)
set(CPACK_PACKAGE_VENDOR "the authors of Wangdi")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "community epidemic prevention, offline and online")
set(CPACK_PACKAGE_DESCRIPTION "Wangdi keeps the roster of a community, the rounds from door to door and
the figures of each level in one server: a web app for phones that works
without network, a journal that loses nothing it answered, and personal
data encrypted person by person.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA conffiles postinst prerm postrm)
list(TRANSFORM CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA PREPEND ${CMAKE_SOURCE_DIR}/packaging/deb/)
include(CPack)

if(NOT WANGDI_TESTS)
  return()
endif()
# Exit status 77: not run, and the output says why.
# security: OP1
wangdi_script_test(systemd_unit COMMAND tools/check_unit)
set_tests_properties(systemd_unit PROPERTIES SKIP_RETURN_CODE 77)
if(NOT WANGDI_WHOLE)
  return()
endif()
wangdi_script_test(package_contents COMMAND tests/package/contents.sh ${CMAKE_BINARY_DIR})
wangdi_script_test(package_install SECONDS 1800 COMMAND tests/package/install.sh ${CMAKE_BINARY_DIR})
set_tests_properties(package_contents package_install PROPERTIES SKIP_RETURN_CODE 77)
set_tests_properties(package_install PROPERTIES LABELS long RUN_SERIAL ON)  # it measures a restart
wangdi_served_test(tls_testssl tests/tls/testssl.test.mjs SECONDS 1800)
set_tests_properties(tls_testssl PROPERTIES LABELS long SKIP_REGULAR_EXPRESSION "not run:")
