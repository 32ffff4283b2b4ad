/* The inner loops of scoring one comment.

   The functions of loops.py, where each is described; tests/scoring/test_loops.py holds both to the same answers.
   Whatever is out of bounds is an exception. Groups of arguments are tuples: they keep what is borrowed from them. Kept
   to the stable ABI, so that one build fits every Python. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* As in grams.py and hashing.py. */
enum { LEFT_EDGE = 2, RIGHT_EDGE = 3, SHORTEST = 2, LONGEST = 5, N_PLACES = 64, FIELD_PART = 4 };
static const uint32_t GRAM_SALT[] = {0x2545F491u, 0x51ED270Bu, 0x8DA6B343u, 0xD8163841u};
static const uint32_t ROLL = 0x01000193u, WHOLE_SALT = 0x68E31DA4u;
static const uint32_t MIX_1 = 0x7FEB352Du, MIX_2 = 0x846CA68Bu;
static const uint32_t PAIR_LEFT = 0x9E3779B1u, PAIR_RIGHT = 0xC2B2AE35u;
static const uint32_t PLACES[] = {
    0xE791568Du, 0x3642DD0Du, 0x63201FD3u, 0x99F90A19u, 0xC7B8EE61u, 0xFC5E27FDu, 0x1728CF7Bu, 0x6D6EC6C9u,
    0x000259AFu, 0x55CBF4D7u, 0x23E75E37u, 0x2EC704FDu, 0xBD416525u, 0xADA74B07u, 0x873E7635u, 0x4B905A51u,
    0x33AEB1EDu, 0xB936385Fu, 0xC4855B0Fu, 0x1B7A5CF5u, 0xE3E7062Du, 0x75C52499u, 0x07AFDA0Bu, 0x3E75B57Du,
    0x62F04F27u, 0x9A7775C1u, 0x6C7A0CA1u, 0xD4984E13u, 0x80EA6705u, 0xDCA45C2Fu, 0x3C6F69FFu, 0xCBD2388Du,
    0xF2F81CE1u, 0x12AB6AD1u, 0xFCCA6EC9u, 0x41CFC15Du, 0xF34D4EEFu, 0xA74C4505u, 0x5CC25E5Du, 0x6ECDDE43u,
    0xDB9045A9u, 0x5F568EC9u, 0x42EB6519u, 0x84EE8331u, 0x1795BA27u, 0x7867F3C3u, 0xBD336A6Fu, 0xA84DA811u,
    0xBA69EB31u, 0xD3B24379u, 0x8B3DF7D5u, 0xA93BF66Du, 0xFBA3AC09u, 0xDEEDFC3Du, 0xB7F934B3u, 0x7BF99E03u,
    0x509FAD67u, 0xD0EDE5DBu, 0x904E83F1u, 0x5AE5955Fu, 0xB53717E5u, 0xFF2E9BDDu, 0x21195391u, 0x42B0754Bu,
};

#ifdef __GNUC__
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) (void)(address)
#endif

enum { WORDS_MAX = 1 << 24, KINDS_MAX = 32 };

/* Weights by bucket and head; words have the buckets below `fields`, fields the others. */
typedef struct {
    const double *rows;
    Py_ssize_t heads, fields, buckets;
} Weights;

/* What common words mean: hashes ascending, a row of log-odds by head for each. */
typedef struct {
    const uint32_t *hashes;
    const float *rows;
    Py_ssize_t words;
} Meanings;

/* An array of numpy, held until it is released. */
static int borrowed(PyObject *from, Py_buffer *view, char kind, int dimensions, int flags) {
    if (PyObject_GetBuffer(from, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | flags) < 0) return 0;
    if (view->ndim == dimensions && view->format != NULL && view->format[0] == kind && view->format[1] == 0) return 1;
    PyErr_Format(PyExc_ValueError, "expected an array of %d dimensions and numbers of kind '%c'", dimensions, kind);
    return 0;
}

static int fits(int is_so) {
    if (!is_so) PyErr_SetString(PyExc_ValueError, "expected arrays and lists of sizes that fit together");
    return is_so;
}

static int weights_in(Weights *weights, const Py_buffer *view) {
    Py_ssize_t buckets = view->shape[0];
    *weights = (Weights){view->buf, view->shape[1], buckets - buckets / FIELD_PART, buckets};
    return fits(FIELD_PART <= buckets && buckets <= INT32_MAX);
}

/* A whole number from 0 up to an end that is not reached. */
static int index_in(PyObject *item, Py_ssize_t end, Py_ssize_t *index) {
    *index = item == NULL ? -1 : PyLong_AsSsize_t(item);
    if (*index >= 0 && *index < end) return 1;
    if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "expected an index below %zd, got %zd", end, *index);
    return 0;
}

static const double *row_of(const Weights *weights, uint32_t hash, int field) {
    uint64_t first = field ? weights->fields : 0;
    uint64_t size = field ? weights->buckets - weights->fields : weights->fields;
    hash ^= hash >> 16;
    hash *= MIX_1;
    hash ^= hash >> 15;
    hash *= MIX_2;
    return weights->rows + weights->heads * (Py_ssize_t)(first + (hash * size >> 32));
}

static void add_row(double *sums, const double *row, Py_ssize_t heads) {
    for (Py_ssize_t head = 0; head < heads; head++) sums[head] += row[head];
}

static void add_meaning(const Meanings *meanings, uint32_t hash, Py_ssize_t heads, double *sums) {
    Py_ssize_t low = 0, high = meanings->words;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (meanings->hashes[middle] < hash) low = middle + 1;
        else high = middle;
    }
    if (low == meanings->words || meanings->hashes[low] != hash) return;
    for (Py_ssize_t head = 0; head < heads; head++) sums[head] += meanings->rows[low * heads + head];
}

/* The sums of a token's grams, then those of itself; its edges are among its codes. Rows lie far apart in memory: those
   of a few letters are asked for together, before the first of them is needed. */
static uint32_t add_token(const uint32_t *codes, Py_ssize_t length, uint32_t salt, const Weights *weights,
                          double *sums) {
    enum { AHEAD = 8 };
    const double *rows[AHEAD * (LONGEST - SHORTEST + 1)];
    uint32_t whole = salt;
    for (Py_ssize_t from = 0; from < length; from += AHEAD) {
        int found = 0;
        for (Py_ssize_t start = from; start < from + AHEAD && start < length; start++) {
            Py_ssize_t longest = length - start < LONGEST ? length - start : LONGEST;
            uint32_t rolled = codes[start];
            whole += codes[start] * PLACES[start < N_PLACES ? start : N_PLACES - 1];
            for (Py_ssize_t size = SHORTEST; size <= longest; size++) {
                rolled = rolled * ROLL + codes[start + size - 1];
                rows[found] = row_of(weights, (rolled ^ GRAM_SALT[size - SHORTEST]) + salt, salt != 0);
                PREFETCH(rows[found++]);
            }
        }
        for (int i = 0; i < found; i++) add_row(sums, rows[i], weights->heads);
    }
    add_row(sums + weights->heads, row_of(weights, whole ^ WHOLE_SALT, salt != 0), weights->heads);
    return whole;
}

/* A token's codes between its edges, to be freed. */
static uint32_t *codes_of(PyObject *token, Py_ssize_t *length) {
    Py_ssize_t letters = token == NULL ? -1 : PyUnicode_GetLength(token);
    if (letters < 0) return NULL;
    uint32_t *codes = PyMem_Malloc((letters + 2) * sizeof *codes);
    if (codes == NULL) return (uint32_t *)PyErr_NoMemory();
    codes[0] = LEFT_EDGE;
    if (letters > 0 && PyUnicode_AsUCS4(token, codes + 1, letters, 0) == NULL) {
        PyMem_Free(codes);
        return NULL;
    }
    codes[letters + 1] = RIGHT_EDGE;
    *length = letters + 2;
    return codes;
}

static int fill(PyObject *tokens, PyObject *salts, const Weights *weights, const Meanings *meanings,
                double *sums, uint32_t *hashes, Py_ssize_t *counts) {
    Py_ssize_t heads = weights->heads, size = PyList_Size(tokens);
    for (Py_ssize_t i = 0; i < size; i++, sums += 2 * heads) {
        Py_ssize_t length = 0, salt;
        if (!index_in(PyList_GetItem(salts, i), (Py_ssize_t)1 << 32, &salt)) return 0;
        uint32_t *codes = codes_of(PyList_GetItem(tokens, i), &length);
        if (codes == NULL) return 0;
        memset(sums, 0, 2 * heads * sizeof *sums);
        hashes[i] = add_token(codes, length, (uint32_t)salt, weights, sums);
        counts[i] = 4 * length - 10 + (length == 3);
        PyMem_Free(codes);
        /* Only a word of the body means anything: names and hosts have letters. */
        if (salt == 0) add_meaning(meanings, hashes[i], heads, sums + heads);
    }
    return 1;
}

static PyObject *entries(PyObject *module, PyObject *args) {
    PyObject *tokens, *salts, *known, *into, *given[6];
    if (!PyArg_ParseTuple(args, "OOOO!O!:entries", &tokens, &salts, given, &PyTuple_Type, &known, &PyTuple_Type,
                          &into) ||
        !PyArg_ParseTuple(known, "OO:entries", given + 1, given + 2) ||
        !PyArg_ParseTuple(into, "OOO:entries", given + 3, given + 4, given + 5)) return NULL;
    enum { WEIGHTS, WORDS, MEANINGS, SUMS, HASHES, COUNTS, ARRAYS };
    static const char *kinds = "dIfdIl";
    static const int dimensions[] = {2, 1, 2, 2, 1, 1};
    Py_buffer views[ARRAYS] = {0};
    Weights weights;
    Py_ssize_t size = PyList_Size(tokens);
    int done = size >= 0;
    for (int i = 0; done && i < ARRAYS; i++)
        done = borrowed(given[i], views + i, kinds[i], dimensions[i], i >= SUMS ? PyBUF_WRITABLE : 0);
    if (done && (done = weights_in(&weights, views + WEIGHTS))) {
        Meanings meanings = {views[WORDS].buf, views[MEANINGS].buf, views[WORDS].shape[0]};
        done = fits(PyList_Size(salts) == size && views[SUMS].shape[0] == size &&
                    views[SUMS].shape[1] == 2 * weights.heads && views[HASHES].shape[0] == size &&
                    views[COUNTS].shape[0] == size && views[MEANINGS].shape[0] == meanings.words &&
                    views[MEANINGS].shape[1] == weights.heads) &&
               fill(tokens, salts, &weights, &meanings, views[SUMS].buf, views[HASHES].buf,
                    views[COUNTS].buf);
    }
    for (int i = 0; i < ARRAYS; i++) PyBuffer_Release(views + i);
    return done ? Py_NewRef(Py_None) : NULL;
}

static PyObject *letters(PyObject *module, PyObject *args) {
    PyObject *given, *rows;
    Py_ssize_t words, row, size, sums[2] = {0, 0};
    Py_buffer counts = {0};
    if (!PyArg_ParseTuple(args, "OOn:letters", &given, &rows, &words)) return NULL;
    int done = borrowed(given, &counts, 'l', 1, 0) && (size = PyList_Size(rows)) >= 0;
    for (Py_ssize_t i = 0; done && i < size; i++) {
        done = index_in(PyList_GetItem(rows, i), counts.shape[0], &row);
        if (done) sums[i >= words] += ((const Py_ssize_t *)counts.buf)[row];
    }
    PyBuffer_Release(&counts);
    return done ? Py_BuildValue("nn", sums[0], sums[1]) : NULL;
}

/* What a row adds to its owner: one column each, heads below each other. */
typedef struct {
    double *shares;
    Py_ssize_t heads, owners;
} Total;

static void add(const Total *total, Py_ssize_t owner, const double *row, double scale) {
    double *share = total->shares + owner;
    for (Py_ssize_t head = 0; head < total->heads; head++) share[head * total->owners] += row[head] * scale;
}

typedef struct {
    double field, text, letters, word;
} Scales;

static int add_fields(const Total *total, PyObject *buckets, PyObject *owners, const Weights *weights, double scale) {
    Py_ssize_t bucket, owner, size = PyList_Size(buckets);
    for (Py_ssize_t i = 0; i < size; i++) {
        if (!index_in(PyList_GetItem(buckets, i), weights->buckets, &bucket)) return 0;
        if (!index_in(PyList_GetItem(owners, i), total->owners, &owner)) return 0;
        add(total, owner, weights->rows + weights->heads * bucket, scale);
    }
    return size >= 0;
}

static int add_tokens(const Total *total, PyObject *owners, Py_ssize_t skipped, const Py_ssize_t *rows,
                      Py_ssize_t size, Py_ssize_t words, const double *sums, const Scales *scales) {
    Py_ssize_t owner;
    for (Py_ssize_t i = 0; i < size; i++) {
        int field = i >= words;
        if (!field) owner = i;
        else if (!index_in(PyList_GetItem(owners, skipped + i - words), total->owners, &owner)) return 0;
        const double *row = sums + 2 * total->heads * rows[i];
        add(total, owner, row, field ? scales->text : scales->letters);
        add(total, owner, row + total->heads, field ? scales->text : scales->word);
    }
    return 1;
}

/* Half of a pair's weight to each of its words. */
static int add_pairs(const Total *total, PyObject *pairs, const Py_ssize_t *rows, Py_ssize_t words,
                     const uint32_t *hashes, const Weights *weights, double scale) {
    enum { AHEAD = 32 };
    struct { Py_ssize_t left, right; const double *row; } some[AHEAD];
    Py_ssize_t size = PyTuple_Size(pairs);
    for (Py_ssize_t from = 0; from < size; from += AHEAD) {
        int found = 0;
        for (Py_ssize_t i = from; i < from + AHEAD && i < size; i++, found++) {
            PyObject *pair = PyTuple_GetItem(pairs, i);
            if (!index_in(PyTuple_GetItem(pair, 0), words, &some[found].left)) return 0;
            if (!index_in(PyTuple_GetItem(pair, 1), words, &some[found].right)) return 0;
            uint32_t left = hashes[rows[some[found].left]], right = hashes[rows[some[found].right]];
            some[found].row = row_of(weights, left * PAIR_LEFT + right * PAIR_RIGHT, 0);
            PREFETCH(some[found].row);
        }
        for (int i = 0; i < found; i++) {
            add(total, some[i].left, some[i].row, scale / 2);
            add(total, some[i].right, some[i].row, scale / 2);
        }
    }
    return size >= 0;
}

/* Indices from a list, to be freed. */
static Py_ssize_t *indices(PyObject *list, Py_ssize_t size, Py_ssize_t end) {
    Py_ssize_t *found = PyMem_Malloc((size + 1) * sizeof *found);
    if (found == NULL) return (Py_ssize_t *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < size; i++) {
        if (index_in(PyList_GetItem(list, i), end, found + i)) continue;
        PyMem_Free(found);
        return NULL;
    }
    return found;
}

static PyObject *shares(PyObject *module, PyObject *args) {
    PyObject *entries, *parts, *values, *given[4], *list, *buckets, *owners, *pairs;
    Scales scales;
    if (!PyArg_ParseTuple(args, "OOO!O!O!:shares", given, given + 1, &PyTuple_Type, &entries, &PyTuple_Type, &parts,
                          &PyTuple_Type, &values) ||
        !PyArg_ParseTuple(entries, "OOO:shares", given + 2, given + 3, &list) ||
        !PyArg_ParseTuple(parts, "OOO:shares", &buckets, &owners, &pairs) ||
        !PyArg_ParseTuple(values, "dddd:shares", &scales.field, &scales.text, &scales.letters, &scales.word))
        return NULL;
    enum { TOTAL, WEIGHTS, SUMS, HASHES, ARRAYS };
    static const char *kinds = "dddI";
    static const int dimensions[] = {2, 2, 2, 1};
    Py_buffer views[ARRAYS] = {0};
    Weights weights;
    Py_ssize_t *rows = NULL, size = PyList_Size(list), keys = PyList_Size(buckets), owned = PyList_Size(owners);
    Py_ssize_t words = size - (owned - keys);
    int done = size >= 0 && keys >= 0 && owned >= 0;
    for (int i = 0; done && i < ARRAYS; i++)
        done = borrowed(given[i], views + i, kinds[i], dimensions[i], i == TOTAL ? PyBUF_WRITABLE : 0);
    if (done && (done = weights_in(&weights, views + WEIGHTS))) {
        Total total = {views[TOTAL].buf, views[TOTAL].shape[0], views[TOTAL].shape[1]};
        done = fits(total.heads == weights.heads && views[SUMS].shape[1] == 2 * weights.heads &&
                    views[HASHES].shape[0] == views[SUMS].shape[0] && 0 <= words && words <= total.owners &&
                    words <= size) &&
               (rows = indices(list, size, views[SUMS].shape[0])) != NULL &&
               add_fields(&total, buckets, owners, &weights, scales.field) &&
               add_tokens(&total, owners, keys, rows, size, words, views[SUMS].buf, &scales) &&
               add_pairs(&total, pairs, rows, words, views[HASHES].buf, &weights, scales.word);
    }
    PyMem_Free(rows);
    for (int i = 0; i < ARRAYS; i++) PyBuffer_Release(views + i);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* The places of the largest shares, the largest first and the first of equals first; gives how many there are. */
static Py_ssize_t sorted_out(const double *shares, Py_ssize_t size, double small, Py_ssize_t limit,
                             Py_ssize_t *places) {
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; limit > 0 && i < size; i++) {
        double share = fabs(shares[i]);
        if (share < small || (found == limit && share <= fabs(shares[places[limit - 1]]))) continue;
        Py_ssize_t at = found < limit ? found++ : limit - 1;
        for (; at > 0 && fabs(shares[places[at - 1]]) < share; at--) places[at] = places[at - 1];
        places[at] = i;
    }
    return found;
}

static PyObject *told(const double *shares, Py_ssize_t size, double small, Py_ssize_t limit, Py_ssize_t *places) {
    double sum = 0;
    for (Py_ssize_t i = 0; i < size; i++) sum += shares[i];
    Py_ssize_t found = sorted_out(shares, size, small, limit, places);
    PyObject *owners = PyList_New(found), *values = PyList_New(found);
    int done = owners != NULL && values != NULL;
    for (Py_ssize_t i = 0; done && i < found; i++) {
        PyObject *owner = PyLong_FromSsize_t(places[i]), *value = PyFloat_FromDouble(shares[places[i]]);
        done = owner != NULL && value != NULL && PyList_SetItem(owners, i, Py_NewRef(owner)) == 0 &&
               PyList_SetItem(values, i, Py_NewRef(value)) == 0;
        Py_XDECREF(owner);
        Py_XDECREF(value);
    }
    if (done) return Py_BuildValue("(dNN)", sum, owners, values);
    Py_XDECREF(owners);
    Py_XDECREF(values);
    return NULL;
}

static PyObject *largest(PyObject *module, PyObject *args) {
    PyObject *given, *limits, *found = NULL;
    Py_buffer view = {0};
    Py_ssize_t *places = NULL, limit;
    double small;
    if (!PyArg_ParseTuple(args, "OOd:largest", &given, &limits, &small)) return NULL;
    int done = borrowed(given, &view, 'd', 2, 0) && fits(view.shape[0] == PyList_Size(limits)) &&
               (found = PyList_New(0)) != NULL &&
               ((places = PyMem_Malloc((view.shape[1] + 1) * sizeof *places)) != NULL || PyErr_NoMemory() != NULL);
    for (Py_ssize_t i = 0; done && i < view.shape[0]; i++) {
        if (!(done = index_in(PyList_GetItem(limits, i), PY_SSIZE_T_MAX, &limit))) break;
        if (limit > view.shape[1]) limit = view.shape[1];
        const double *row = (const double *)view.buf + i * view.shape[1];
        PyObject *one = told(row, view.shape[1], small, limit, places);
        done = one != NULL && PyList_Append(found, one) == 0;
        Py_XDECREF(one);
    }
    if (!done) Py_CLEAR(found);
    PyMem_Free(places);
    PyBuffer_Release(&view);
    return found;
}

static PyObject *span_names[2], *term_names[4];

/* An instance of a frozen dataclass with slots, past its constructor, which takes twice as long; keeps the values. */
static PyObject *made(PyTypeObject *make, PyObject *const *names, PyObject *const *values, int size) {
    PyObject *found = PyType_GenericAlloc(make, 0);
    for (int i = 0; found != NULL && i < size; i++)
        if (values[i] == NULL || PyObject_GenericSetAttr(found, names[i], values[i]) < 0) Py_CLEAR(found);
    for (int i = 0; i < size; i++) Py_XDECREF(values[i]);
    return found;
}

/* Adds where a token stands; its place is two numbers from the start of its piece on. */
static int add_place(PyObject *list, PyTypeObject *make, Py_ssize_t at, PyObject *place) {
    Py_ssize_t start, end;
    if (!index_in(PyTuple_GetItem(place, 0), PY_SSIZE_T_MAX - at, &start)) return 0;
    if (!index_in(PyTuple_GetItem(place, 1), PY_SSIZE_T_MAX - at, &end)) return 0;
    PyObject *edges[] = {PyLong_FromSsize_t(at + start), PyLong_FromSsize_t(at + end)};
    PyObject *span = made(make, span_names, edges, 2);
    int done = span != NULL && PyList_Append(list, span) == 0;
    Py_XDECREF(span);
    return done;
}

/* Goes through all tokens and looks up in `slots`, of so many words, which list wants their places. */
static int find_places(PyObject *order, PyObject *starts, PyObject *places, const Py_ssize_t *slots, Py_ssize_t words,
                       PyObject *lists, PyTypeObject *make) {
    Py_ssize_t said = 0, at, word, pieces = PyList_Size(places);
    for (Py_ssize_t piece = 0; piece < pieces; piece++) {
        PyObject *inside = PyList_GetItem(places, piece);
        Py_ssize_t tokens = PyTuple_Size(inside);
        if (tokens < 0 || !index_in(PyList_GetItem(starts, piece), PY_SSIZE_T_MAX, &at)) return 0;
        for (Py_ssize_t i = 0; i < tokens; i++) {
            if (!index_in(PyList_GetItem(order, said++), PY_SSIZE_T_MAX, &word)) return 0;
            if (word >= words || slots[word] < 0) continue;
            if (!add_place(PyList_GetItem(lists, slots[word]), make, at, PyTuple_GetItem(inside, i))) return 0;
        }
    }
    return pieces >= 0;
}

static PyObject *where(PyObject *module, PyObject *args) {
    PyObject *order, *starts, *places, *wanted, *make, *lists = NULL;
    if (!PyArg_ParseTuple(args, "OOOOO!:where", &order, &starts, &places, &wanted, &PyType_Type, &make)) return NULL;
    Py_ssize_t words = 0, size = PyList_Size(wanted), *slots = NULL;
    Py_ssize_t *found = size < 0 ? NULL : indices(wanted, size, WORDS_MAX);
    int done = found != NULL && (lists = PyList_New(size)) != NULL;
    for (Py_ssize_t i = 0; done && i < size; i++) {
        if (found[i] >= words) words = found[i] + 1;
        PyObject *list = PyList_New(0);
        done = list != NULL && PyList_SetItem(lists, i, list) == 0;
    }
    done = done && ((slots = PyMem_Malloc((words + 1) * sizeof *slots)) != NULL || PyErr_NoMemory() != NULL);
    if (done) {
        for (Py_ssize_t i = 0; i < words; i++) slots[i] = -1;
        for (Py_ssize_t i = 0; i < size; i++) slots[found[i]] = i;
        done = find_places(order, starts, places, slots, words, lists, (PyTypeObject *)make);
    }
    for (Py_ssize_t i = 0; done && i < size; i++) {
        PyObject *tuple = PyList_AsTuple(PyList_GetItem(lists, i));
        done = tuple != NULL && PyList_SetItem(lists, i, tuple) == 0;
    }
    PyMem_Free(found);
    PyMem_Free(slots);
    if (!done) Py_CLEAR(lists);
    return lists;
}

/* A term of a name, which is its label, its spans and its kind. */
static PyObject *term(PyTypeObject *make, PyObject *name, double share) {
    PyObject *label = PyTuple_GetItem(name, 0), *spans = PyTuple_GetItem(name, 1), *kind = PyTuple_GetItem(name, 2);
    PyObject *values[] = {Py_XNewRef(label), PyFloat_FromDouble(share), Py_XNewRef(spans), Py_XNewRef(kind)};
    return made(make, term_names, values, 4);
}

static PyObject *terms(PyObject *module, PyObject *args) {
    PyObject *told, *owners, *shares, *names, *rest, *make, *found = NULL;
    Py_ssize_t all;
    double left;
    if (!PyArg_ParseTuple(args, "O!OOnO!:terms", &PyTuple_Type, &told, &names, &rest, &all, &PyType_Type, &make) ||
        !PyArg_ParseTuple(told, "dOO:terms", &left, &owners, &shares)) return NULL;
    Py_ssize_t size = PyList_Size(owners);
    int done = size >= 0 && fits(PyList_Size(shares) == size) && (found = PyTuple_New(size + (size < all))) != NULL;
    for (Py_ssize_t i = 0; done && i < size; i++) {
        PyObject *name = PyDict_GetItemWithError(names, PyList_GetItem(owners, i));
        double share = PyFloat_AsDouble(PyList_GetItem(shares, i));
        PyObject *one = fits(name != NULL && !PyErr_Occurred()) ? term((PyTypeObject *)make, name, share) : NULL;
        left -= share;
        done = one != NULL && PyTuple_SetItem(found, i, one) == 0;
    }
    if (done && size < all) {
        PyObject *one = term((PyTypeObject *)make, rest, left);
        done = one != NULL && PyTuple_SetItem(found, size, one) == 0;
    }
    if (!done) Py_CLEAR(found);
    return found;
}

static PyObject *classified(PyObject *module, PyObject *args) {
    PyObject *text, *given, *found = NULL;
    Py_ssize_t kinds, size, counts[KINDS_MAX] = {0};
    Py_buffer view = {0};
    Py_UCS4 *codes = NULL;
    if (!PyArg_ParseTuple(args, "OOn:classified", &text, &given, &kinds)) return NULL;
    int done = borrowed(given, &view, 'B', 1, 0) && fits(0 < kinds && kinds <= KINDS_MAX && view.shape[0] > 0) &&
               (size = PyUnicode_GetLength(text)) >= 0 && (codes = PyUnicode_AsUCS4Copy(text)) != NULL;
    for (Py_ssize_t i = 0; done && i < size; i++) {
        uint8_t kind = ((const uint8_t *)view.buf)[codes[i] < view.shape[0] ? codes[i] : view.shape[0] - 1];
        if ((done = fits(kind < kinds))) counts[kind]++;
    }
    done = done && (found = PyList_New(kinds)) != NULL;
    for (Py_ssize_t i = 0; done && i < kinds; i++) {
        PyObject *count = PyLong_FromSsize_t(counts[i]);
        done = count != NULL && PyList_SetItem(found, i, count) == 0;
    }
    PyMem_Free(codes);
    PyBuffer_Release(&view);
    if (!done) Py_CLEAR(found);
    return found;
}

static PyMethodDef functions[] = {
    {"classified", classified, METH_VARARGS, NULL},
    {"entries", entries, METH_VARARGS, NULL},
    {"largest", largest, METH_VARARGS, NULL},
    {"letters", letters, METH_VARARGS, NULL},
    {"shares", shares, METH_VARARGS, NULL},
    {"terms", terms, METH_VARARGS, NULL},
    {"where", where, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "kernel", NULL, 0, functions, NULL, NULL, NULL, NULL};

static int named(PyObject **names, const char *const *texts, int size) {
    for (int i = 0; i < size; i++)
        if (names[i] == NULL && (names[i] = PyUnicode_InternFromString(texts[i])) == NULL) return 0;
    return 1;
}

/* Which source this was made of: one that was left behind by an update is not to be used. */
PyMODINIT_FUNC PyInit_kernel(void) {
    static const char *const of_span[] = {"start", "end"};
    static const char *const of_term[] = {"label", "share", "spans", "kind"};
    if (!named(span_names, of_span, 2) || !named(term_names, of_term, 4)) return NULL;
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL && PyModule_AddIntConstant(module, "SOURCE", SOURCE) < 0) Py_CLEAR(module);
    return module;
}
