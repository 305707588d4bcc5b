#pragma once
// The part of the list that is about addresses, ports, the firewall and the datasource.

#include "interview/questions.hpp"

namespace locum::interview {

std::vector<Question> questions_of_network(const Setting& setting);

} // namespace locum::interview
