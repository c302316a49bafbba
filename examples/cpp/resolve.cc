// Prints the path of a model, fetched into the cache if it is not there.
#include <tfhub/hub.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: resolve HANDLE\n";
    return 2;
  }
  const tfhub::Result<std::string> path = tfhub::resolve(argv[1]);
  if (!path) {
    std::cerr << path.error().message() << "\n";
    return static_cast<int>(path.error().code());
  }
  std::cout << *path << "\n";
}
