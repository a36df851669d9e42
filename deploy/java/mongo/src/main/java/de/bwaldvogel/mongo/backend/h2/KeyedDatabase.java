package de.bwaldvogel.mongo.backend.h2;

import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Map.Entry;
import org.h2.mvstore.MVStore;

/**
 * Finds a document by `_id` also when the query says more than that, as MongoDB does.
 *
 * <p>The library uses its index only for queries of exactly the index's fields and scans the collection for all others:
 * every guarded write ("this `_id`, if its sequence is lower") was such a scan. What the index finds is matched against
 * the whole query afterwards in either case. In the library's package because its index can be reached only from there.
 */
public final class KeyedDatabase extends H2Database {
    public KeyedDatabase(String name, MVStore store, CursorRegistry cursors) {
        super(name, store, cursors);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
            String collection, String index, List<IndexKey> keys, boolean sparse) {
        H2UniqueIndex stored = (H2UniqueIndex) super.openOrCreateUniqueIndex(collection, index, keys, sparse);
        return new KeyedIndex(stored, sparse);
    }

    private static final class KeyedIndex extends AbstractUniqueIndex<Object> {
        private final H2UniqueIndex stored;

        KeyedIndex(H2UniqueIndex stored, boolean sparse) {
            super(stored.getName(), stored.getKeys(), sparse);
            this.stored = stored;
        }

        @Override
        public synchronized boolean canHandle(Document query) {
            Document keys = new Document();
            for (String key : keySet()) {
                if (query.containsKey(key)) {
                    keys.put(key, query.get(key));
                }
            }
            return super.canHandle(keys);
        }

        @Override
        protected Object removeDocument(KeyValue key) {
            return stored.removeDocument(key);
        }

        @Override
        protected boolean putKeyPosition(KeyValue key, Object position) {
            return stored.putKeyPosition(key, position);
        }

        @Override
        protected Iterable<Entry<KeyValue, Object>> getIterable() {
            return stored.getIterable();
        }

        @Override
        protected Object getPosition(KeyValue key) {
            return stored.getPosition(key);
        }

        @Override
        public long getCount() {
            return stored.getCount();
        }

        @Override
        public long getDataSize() {
            return stored.getDataSize();
        }
    }
}
