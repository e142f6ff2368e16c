// SPDX-License-Identifier: Apache-2.0
// The words of the roles, in JSON and on screens. Apart from role.hpp, which the whole program
// includes.
#pragma once

#include "access/role.hpp"
#include "codec/describe.hpp"

namespace wangdi::access {
WD_ENUM(Role, (grid_worker, "网格员", "Grid worker"),
        (community_officer, "社区工作者", "Community officer"),
        (township_officer, "街道工作者", "Township officer"),
        (county_officer, "区县工作者", "County officer"),
        (higher_officer, "上级工作者", "Higher officer"),
        (system_administrator, "系统管理员", "System administrator"),
        (security_administrator, "安全管理员", "Security administrator"),
        (audit_administrator, "审计管理员", "Audit administrator"))
WD_ENUM(TokenUse, (figures, "看数字", "Read figures"), (places, "看区划", "Read places"),
        (cut_offs, "存下时点数字", "Store figures of a moment"))
}  // namespace wangdi::access
