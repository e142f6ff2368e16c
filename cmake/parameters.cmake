# SPDX-License-Identifier: Apache-2.0
# Compiles parameters/*.csv into the program: one raw string a file.
file(GLOB parameter_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/parameters/*.csv)
set(parameter_text "// Generated from parameters/*.csv at configuration.\n#include \"common/parameters/shipped.hpp\"\nnamespace wangdi {\nnamespace {\nconstexpr std::pair<std::string_view, std::string_view> kFiles[] = {\n")
foreach(file ${parameter_files})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} content)
  get_filename_component(name ${file} NAME)
  string(APPEND parameter_text "{\"parameters/${name}\", R\"wangdi(${content})wangdi\"},\n")
endforeach()
string(APPEND parameter_text "};\n}\nconst std::span<const std::pair<std::string_view, std::string_view>> kShippedParameters = kFiles;\n}\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/shipped_parameters.cpp CONTENT "${parameter_text}" @ONLY)
target_sources(wd_common_parameters PRIVATE ${CMAKE_BINARY_DIR}/shipped_parameters.cpp)
