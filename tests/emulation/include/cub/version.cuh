// Stand-in for the version of CUB.
#pragma once

#define CUB_VERSION 300000
