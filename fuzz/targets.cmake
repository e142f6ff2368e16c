# SPDX-License-Identifier: Apache-2.0
# The fuzz targets: each NAME is fuzz/<NAME>_fuzz.cpp with its seeds in fuzz/seeds/<NAME>/.
set(WANGDI_FUZZERS json request_line xlsx)
