// SPDX-License-Identifier: Apache-2.0
// Named limits of bodies, pages, queues and loops. Limits of safety live here; rules of the field
// (days, degrees, quotas) are data in parameters/.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wangdi::limits {

inline constexpr std::size_t kJsonBodyBytes = 1 << 20;  // one batch of the outbox
inline constexpr std::size_t kUploadBytes = 20u << 20;  // FI1
inline constexpr std::size_t kHeaderBytes = 16 << 10;
inline constexpr int kJsonDepth = 16;
inline constexpr std::size_t kJsonStringBytes = 64 << 10;
inline constexpr std::size_t kJsonKeyBytes = 256;
inline constexpr std::size_t kJsonValues = 100'000;    // of one text, at all depths
inline constexpr std::size_t kJsonListItems = 10'000;  // of a list without its own bound
inline constexpr std::size_t kQueryBytes = 8 << 10;
inline constexpr std::size_t kFieldErrors = 100;  // then decoding stops collecting
inline constexpr std::size_t kCommandsPerBatch = 200;
inline constexpr std::size_t kPageRows = 200;  // DO4
inline constexpr std::size_t kCommandQueue = 4096;
inline constexpr std::size_t kWriterBatch = 512;
inline constexpr std::int64_t kOfflineMs = 30LL * 86'400'000;  // the one offline limit
inline constexpr std::int64_t kQueryMs = 2'000;                // DO4
inline constexpr int kExceptionsPerVisit = 50;
inline constexpr int kPersonsPerHousehold = 200;  // dormitories

}  // namespace wangdi::limits
