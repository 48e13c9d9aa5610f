/** Draws 3D scenes. One renderer serves all on the page: browsers allow few WebGL contexts. Loaded when first needed. */
import {
  AmbientLight,
  Box3,
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  Group,
  LineBasicMaterial,
  LineSegments,
  LoadingManager,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { OBJLoader } from 'three/examples/jsm/loaders/OBJLoader.js';
import { STLLoader } from 'three/examples/jsm/loaders/STLLoader.js';
import { cloudOf, edgesOf } from './cloud';
import type { Rgb } from './colors';

let renderer: WebGLRenderer | undefined;
const shared = () => (renderer ??= new WebGLRenderer({ antialias: true, alpha: true }));

/** Whether a file of this name can be shown. */
export const showable = (path: string): boolean => /\.(pts\.json|obj|stl|glb|gltf)$/i.test(path);

const colorOf = ([red, green, blue]: Rgb) =>
  new Color().setRGB(red / 255, green / 255, blue / 255, 'srgb');

function lines(places: readonly number[][], color: Rgb): LineSegments {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(places.flat()), 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color: colorOf(color) }));
}

function cloudObject(text: string, palette: readonly Rgb[]): Object3D {
  const cloud = cloudOf(text, palette);
  const group = new Group();
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(cloud.positions, 3));
  geometry.setAttribute('color', new BufferAttribute(cloud.colors, 3, true));
  const material = new PointsMaterial({ size: 2.5, sizeAttenuation: false, vertexColors: true });
  if (cloud.positions.length) group.add(new Points(geometry, material));
  for (const box of cloud.boxes) {
    const places = edgesOf(box.corners).flatMap(([a, b]) => [
      box.corners[a] ?? [],
      box.corners[b] ?? [],
    ]);
    group.add(lines(places, box.color));
  }
  const ends = cloud.vectors.flatMap(({ start, end }) => [start, end]);
  if (ends.length) group.add(lines(ends, palette[2] ?? [128, 128, 128]));
  return group;
}

/** Nothing but what is in the file itself is loaded. */
function manager(): LoadingManager {
  const own = new LoadingManager();
  own.setURLModifier((url) => (/^(data|blob):/.test(url) ? url : 'data:,'));
  return own;
}

/** Reads a file into an object. */
export async function read(
  path: string,
  bytes: ArrayBuffer,
  palette: readonly Rgb[],
): Promise<Object3D> {
  const text = () => new TextDecoder().decode(bytes);
  const plain = () =>
    new MeshStandardMaterial({ color: colorOf(palette[0] ?? [128, 128, 128]), roughness: 0.7 });
  if (/\.pts\.json$/i.test(path)) return cloudObject(text(), palette);
  if (/\.obj$/i.test(path)) {
    const object = new OBJLoader(manager()).parse(text());
    object.traverse((part) => {
      if (part instanceof Mesh) part.material = plain();
    });
    return object;
  }
  if (/\.stl$/i.test(path)) return new Mesh(new STLLoader(manager()).parse(bytes), plain());
  return (await new GLTFLoader(manager()).parseAsync(bytes, '')).scene;
}

/** One scene on a canvas that people turn, move and zoom. */
export class View {
  #scene = new Scene();
  #camera = new PerspectiveCamera(45, 1, 0.01, 1000);
  #controls: OrbitControls;
  #object: Object3D | undefined;
  #frame = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.addEventListener('change', () => this.draw());
    const sun = new DirectionalLight(0xffffff, 2.2);
    sun.position.set(1, 2, 3);
    this.#camera.add(sun);
    this.#scene.add(new AmbientLight(0xffffff, 1.2), this.#camera);
  }

  /** Shows an object; the first is framed whole, later ones are seen from where one stands. */
  show(object: Object3D): void {
    const first = !this.#object;
    if (this.#object) this.#scene.remove(this.#object);
    this.#object = object;
    this.#scene.add(object);
    if (first) this.frame();
    this.draw();
  }

  /** Looks at everything. */
  frame(): void {
    if (!this.#object) return;
    const box = new Box3().setFromObject(this.#object);
    if (box.isEmpty()) return;
    const middle = box.getCenter(new Vector3());
    const size = box.getSize(new Vector3()).length() || 1;
    this.#camera.near = size / 1000;
    this.#camera.far = size * 100;
    this.#camera.position
      .copy(middle)
      .add(new Vector3(0.55, 0.45, 0.85).multiplyScalar(size * 1.2));
    this.#controls.target.copy(middle);
    this.#controls.update();
    this.draw();
  }

  /** Turns by so many radians, or comes nearer by a factor: what the keys do. */
  move(around: number, over: number, nearer: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target);
    offset.applyAxisAngle(this.#camera.up, around);
    const side = new Vector3().crossVectors(this.#camera.up, offset).normalize();
    offset.applyAxisAngle(side, over).multiplyScalar(nearer);
    this.#camera.position.copy(this.#controls.target).add(offset);
    this.#controls.update();
    this.draw();
  }

  /** Draws once, before the next picture of the page. */
  draw(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { clientWidth, clientHeight } = this.canvas;
      if (!clientWidth || !clientHeight) return;
      const ratio = devicePixelRatio;
      const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
      if (this.canvas.width !== width) this.canvas.width = width;
      if (this.canvas.height !== height) this.canvas.height = height;
      this.#camera.aspect = clientWidth / clientHeight;
      this.#camera.updateProjectionMatrix();
      const own = shared();
      own.setPixelRatio(ratio);
      own.setSize(clientWidth, clientHeight, false);
      own.render(this.#scene, this.#camera);
      const context = this.canvas.getContext('2d');
      context?.clearRect(0, 0, width, height);
      context?.drawImage(own.domElement, 0, 0, width, height);
    });
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#controls.dispose();
    this.#scene.traverse((part) => {
      if (part instanceof Mesh || part instanceof Points || part instanceof LineSegments) {
        part.geometry.dispose();
      }
    });
  }
}
