// SPDX-License-Identifier: Apache-2.0
// The rules that let one text of SQL run on SQLite, on PostgreSQL and on a cluster that spreads
// tables by district: what a parsed statement must hold, and what it must not.
#pragma once

#include <pg_query.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::catalogue {

namespace json = boost::json;

// What is wrong with a statement; empty when nothing is.
using Findings = std::vector<std::string>;

struct Parsed {
  json::value statement;  // the tree of the one statement
  std::string error;
};

inline Parsed parse(const std::string& sql) {
  const auto result = pg_query_parse(sql.c_str());
  Parsed parsed;
  if (result.error != nullptr) {
    parsed.error = result.error->message;
  } else {
    const auto tree = json::parse(result.parse_tree);
    const auto& statements = tree.at("stmts").as_array();
    if (statements.size() == 1) parsed.statement = statements[0].at("stmt");
    if (statements.size() != 1) parsed.error = "not one statement";
  }
  pg_query_free_parse_result(result);
  return parsed;
}

// Calls visit(key, value) for every member of every object of a tree. Trees are as deep as our own
// constants nest; the work list is explicit all the same.
template <class Visit>
void for_each_node(const json::value& tree, Visit visit) {
  std::vector<const json::value*> open{&tree};
  while (!open.empty()) {
    const auto* value = open.back();
    open.pop_back();
    if (const auto* array = value->if_array()) {
      for (const auto& item : *array) open.push_back(&item);
    } else if (const auto* object = value->if_object()) {
      for (const auto& [key, item] : *object) {
        visit(std::string_view(key), item);
        open.push_back(&item);
      }
    }
  }
}

inline std::string text_of(const json::value& fields, std::size_t at) {
  return std::string(fields.as_array()[at].at("String").at("sval").as_string());
}

// SQLite numbers parameters by their first appearance, PostgreSQL by their number.
inline void check_parameters(std::string_view sql, Findings& findings) {
  int highest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') in_text = !in_text;
    if (in_text || sql[i] != '$') continue;
    int number = 0;
    while (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') {
      number = number * 10 + (sql[++i] - '0');
    }
    if (number > highest + 1 || number == 0) {
      findings.push_back("parameter $" + std::to_string(number) + " appears before $" +
                         std::to_string(highest + 1));
    }
    highest = std::max(highest, number);
  }
}

inline void check_clauses(const json::value& tree, Findings& findings) {
  static const std::set<std::string_view> kForbidden = {
      "MergeStmt",      "GroupingSet",     "CreateTrigStmt", "LockingClause", "SelectIntoStmt",
      "RangeSubselect", "CommonTableExpr", "TruncateStmt",   "CopyStmt"};
  for_each_node(tree, [&](std::string_view key, const json::value& value) {
    if (kForbidden.contains(key)) findings.push_back("holds a " + std::string(key));
    const auto* select = key == "SelectStmt" ? value.if_object() : nullptr;
    if (select == nullptr) return;
    if (select->contains("limitCount") && !select->contains("sortClause")) {
      findings.emplace_back("LIMIT without ORDER BY");
    }
    if (select->contains("limitOffset")) findings.emplace_back("OFFSET: pages go on by key");
  });
}

// Which tables of one SELECT are tied to a district, by a parameter or by another tied table.
class DistrictTies {
 public:
  // `outer`: names that an enclosing SELECT ties.
  DistrictTies(const json::object& select, std::set<std::string> outer) : tied_(std::move(outer)) {
    if (const auto* from = select.if_contains("fromClause")) {
      for (const auto& item : from->as_array()) collect_tables(item);
    }
    if (const auto* where = select.if_contains("whereClause")) conditions_.push_back(where);
    collect_equalities();
    for (bool more = true; more;) {
      more = false;
      for (const auto& [left, right] : equal_) {
        for (const auto& [one, other] : {std::pair(left, right), std::pair(right, left)}) {
          if (tied_.contains(one)) more |= tied_.insert(other).second;
        }
      }
    }
  }

  const std::set<std::string>& tied() const { return tied_; }
  const std::map<std::string, std::string>& tables() const { return tables_; }  // by alias

 private:
  void collect_tables(const json::value& item) {
    std::vector<const json::value*> open{&item};
    while (!open.empty()) {
      const auto& object = open.back()->as_object();
      open.pop_back();
      if (const auto* table = object.if_contains("RangeVar")) {
        const auto name = std::string(table->at("relname").as_string());
        const auto* alias = table->as_object().if_contains("alias");
        tables_[alias == nullptr ? name : std::string(alias->at("aliasname").as_string())] = name;
      } else if (const auto* join = object.if_contains("JoinExpr")) {
        open.push_back(&join->at("larg"));
        open.push_back(&join->at("rarg"));
        if (const auto* quals = join->as_object().if_contains("quals")) {
          conditions_.push_back(quals);
        }
      }
    }
  }
  // The alias whose district a column is, or nothing.
  std::string district_of(const json::value& node) const {
    const auto* column = node.as_object().if_contains("ColumnRef");
    if (column == nullptr) return {};
    const auto& fields = column->at("fields");
    if (fields.as_array().size() == 1) {
      const bool is_only = tables_.size() == 1 && text_of(fields, 0) == "district";
      return is_only ? tables_.begin()->first : "";
    }
    return text_of(fields, 1) == "district" ? text_of(fields, 0) : "";
  }
  void collect_equalities() {
    while (!conditions_.empty()) {
      const auto& object = conditions_.back()->as_object();
      conditions_.pop_back();
      if (const auto* all = object.if_contains("BoolExpr")) {
        if (all->at("boolop").as_string() != "AND_EXPR") continue;
        for (const auto& part : all->at("args").as_array()) conditions_.push_back(&part);
      } else if (const auto* expression = object.if_contains("A_Expr")) {
        if (text_of(expression->at("name"), 0) != "=") continue;
        const auto left = district_of(expression->at("lexpr"));
        const auto right = district_of(expression->at("rexpr"));
        if (!left.empty() && !right.empty()) equal_.emplace_back(left, right);
        if (!left.empty() && expression->at("rexpr").as_object().contains("ParamRef")) {
          tied_.insert(left);
        }
      }
    }
  }

  std::map<std::string, std::string> tables_;
  std::vector<const json::value*> conditions_;
  std::vector<std::pair<std::string, std::string>> equal_;
  std::set<std::string> tied_;
};

// Every table of every SELECT is tied to a district. `reference`: tables that are everywhere.
inline void check_districts(const json::value& tree, const std::set<std::string>& reference,
                            Findings& findings) {
  struct Open {
    const json::value* node;
    std::set<std::string> outer;
  };
  std::vector<Open> open{{&tree, {}}};
  while (!open.empty()) {
    auto [node, outer] = std::move(open.back());
    open.pop_back();
    if (const auto* array = node->if_array()) {
      for (const auto& item : *array) open.push_back({&item, outer});
    }
    const auto* object = node->if_object();
    if (object == nullptr) continue;
    const auto* select = object->if_contains("SelectStmt");
    if (select != nullptr) {
      const DistrictTies ties(select->as_object(), outer);
      for (const auto& [alias, table] : ties.tables()) {
        if (!reference.contains(table) && !ties.tied().contains(alias)) {
          findings.push_back(table + " is not tied to a district");
        }
      }
      outer = ties.tied();
    }
    for (const auto& [key, item] : *object) open.push_back({&item, outer});
  }
}

// An insert names the district and resolves conflicts by keys that hold it.
inline void check_insert(const json::value& tree, Findings& findings) {
  const auto* insert = tree.as_object().if_contains("InsertStmt");
  if (insert == nullptr) return;
  const auto& columns = insert->at("cols").as_array();
  const auto first = columns[0].at("ResTarget").at("name").as_string();
  if (first != "district") findings.emplace_back("the first column is not the district");
  const auto* conflict = insert->as_object().if_contains("onConflictClause");
  if (conflict == nullptr) return;
  bool found = false;
  for (const auto& element : conflict->at("infer").at("indexElems").as_array()) {
    found |= element.at("IndexElem").at("name").as_string() == "district";
  }
  if (!found) findings.emplace_back("the conflict target is without the district");
  if (const auto* targets = conflict->as_object().if_contains("targetList")) {
    for (const auto& target : targets->as_array()) {
      if (target.at("ResTarget").at("name").as_string() == "district") {
        findings.emplace_back("a conflict changes the district");
      }
    }
  }
}

}  // namespace wangdi::catalogue
