# SPDX-License-Identifier: Apache-2.0
# The fuzz targets: each NAME is fuzz/<NAME>_fuzz.cpp with its seeds in fuzz/seeds/<NAME>/. What
# anybody may send (the first list) is tried for 30 s in ./test, the rest, which comes from people
# with an account or from the operator, for 5 s; all for 10 minutes in ./test --long.
set(WANGDI_FUZZERS_30_SECONDS json request_line xlsx)
set(WANGDI_FUZZERS_5_SECONDS config fields messages sealed tables texts)
