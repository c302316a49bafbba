#include "cli/commands.h"

int main(int argc, char** argv) {
  return tfhub::cli::run(argc, argv);
}
