package songda;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.KeyedDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.MVStore;

/**
 * mongo-java-server over one file. Usage: MongoStandIn PORT FILE.
 *
 * <p>The artifact's own main listens on port 27017 only and writes once a second. This one takes the port, and what it
 * has answered is in the file: a SIGKILL loses no acknowledged write.
 */
public final class MongoStandIn {
    /** Of the heap, for pages of the file: lists scan whole collections, and the default is 16 MB. */
    private static final int CACHE_SHARE = 4;
    private static final int KEEP_OLD_CHUNKS_MS = 2_000; // the default, 45 s, lets the file grow without need

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Path file = Path.of(args[1]).toAbsolutePath();
        Files.createDirectories(file.getParent());
        int cacheMb = (int) (Runtime.getRuntime().maxMemory() / CACHE_SHARE >> 20);
        MVStore store = new MVStore.Builder().fileName(file.toString()).cacheSize(cacheMb).open();
        store.setRetentionTime(KEEP_OLD_CHUNKS_MS);
        MongoServer server = new MongoServer(new Committing(store));
        // shutdownNow closes the backend, and the backend its store.
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind("127.0.0.1", port);
    }

    /** Commits before it answers; without changes a commit does nothing. Finds by `_id` whatever else is asked. */
    private static final class Committing extends H2Backend {
        Committing(MVStore store) {
            super(store);
        }

        @Override
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new KeyedDatabase(name, getMvStore(), getCursorRegistry());
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            Document answer = super.handleMessage(message);
            getMvStore().commit();
            return answer;
        }
    }

    private MongoStandIn() {}
}
