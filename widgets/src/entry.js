// Geoman adds itself to the free name L, which the build binds to the one of leaflet.js.
import "@geoman-io/leaflet-geoman-free";

export { L } from "./leaflet.js";
