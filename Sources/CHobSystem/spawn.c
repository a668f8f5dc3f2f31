#include "CHobSystem.h"
