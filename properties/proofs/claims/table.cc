#include <algorithm>

#include "impl/geometry.h"
#include "properties/proofs/claims/claims.h"

namespace boresight::proofs {

const std::vector<Claim>& claims() {
  static const std::vector<Claim> table = [] {
    std::vector<Claim> all;
    for (const std::vector<Claim>& some :
         {position_claims(), range_claims(), band_claims(), tile_claims(), address_claims(), head_claims()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return table;
}

// Every kernel's own choice and the largest that it takes; and the least there is.
const std::vector<TileShape>& shapes_in_use() {
  static const std::vector<TileShape> shapes = [] {
    std::vector<TileShape> all{{1, 1}};
    for (const impl::KernelTiles& tiles : impl::kernel_tiles)
      for (const impl::TileShape& shape : {tiles.usual, tiles.most}) {
        const TileShape one{shape.queries, shape.keys};
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
      }
    return all;
  }();
  return shapes;
}

}  // namespace boresight::proofs
