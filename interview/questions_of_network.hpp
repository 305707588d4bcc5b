#pragma once
// The part of the list that is about addresses, ports, the firewall and the datasource.

#include "interview/questions.hpp"

namespace locum::interview {

std::vector<Question> questions_of_network(const Setting& setting);

// A firewall rule as it is given, in one text with commas, as the answers file has it.
Value clients_in(const Value& texts);

} // namespace locum::interview
