// SPDX-License-Identifier: Apache-2.0
// What each event is about and what each table holds, as far as destroying goes. What is not
// listed stops the night, and a test: a module whose records nobody thought of here would keep
// what others forget.
#pragma once

#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "journal/record.hpp"

namespace wangdi::retention {

enum class About : std::uint8_t {
  nobody,        // places, staff, counts: or what a destruction itself tells
  household,     // the subject is the household
  person,        // person_of() says whose; goes with them
  visit,         // the subject is the visit, the household stands in the body
  held_command,  // waits for review
};
struct EventClass {
  std::string_view type;
  int version = 1;
  About about = About::nobody;
};
std::span<const EventClass> event_classes();

// Error: internal naming the type when it is not listed.
Result<About> about(const journal::RecordRow& record);
// Of a record about a person that has its body.
Result<PersonId> person_of(const journal::RecordRow& record);

enum class Holds : std::uint8_t {
  nobody,    // no row follows from records about residents
  of_one,    // a row follows from the records about one household, or from a held command
  of_many,   // sums, and what follows the records of many: reporting says which
  forgotten  // not made from the journal: who keeps the table takes out what is over
};
struct TableClass {
  std::string_view table;
  Holds holds = Holds::nobody;
};
std::span<const TableClass> table_classes();

// Error: internal naming the table when it is not listed.
Result<Holds> holds(std::string_view table);

}  // namespace wangdi::retention
