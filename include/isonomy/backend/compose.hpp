// Backends composed of others: each declines, replaces, chains, checks or traces operations, and is a backend again.
#pragma once

#include "isonomy/backend/compose/chain.hpp"
#include "isonomy/backend/compose/checked.hpp"
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/backend/compose/traced.hpp"
