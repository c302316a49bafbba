#include "cli/commands.h"
#include "cli/surroundings.h"

int main(int argc, char** argv) {
  tfhub::cli::settle_in();
  return tfhub::cli::run(argc, argv);
}
