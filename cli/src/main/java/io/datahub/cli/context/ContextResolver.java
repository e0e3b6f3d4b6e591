package io.datahub.cli.context;

import io.datahub.cli.core.Failure;
import io.datahub.cli.http.Origin;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the hub and the token of a command: from {@code --context}, the environment, the home that it names, the context in use,
 * the home beside the program. A token is only ever sent to the hub that it is for.
 */
final class ContextResolver {

    private static final String URL = "DATAHUB_URL";
    private static final String TOKEN = "DATAHUB_TOKEN";
    private static final String TOKEN_FILE = "DATAHUB_TOKEN_FILE";

    private final Map<String, String> environment;
    private final ContextStore store;
    private final Optional<Home> home;

    ContextResolver(Map<String, String> environment, ContextStore store, Optional<Home> home) {
        this.environment = Map.copyOf(environment);
        this.store = store;
        this.home = home;
    }

    Context resolve(Optional<String> name) {
        return found(name).withAuthorities(variable("DATAHUB_CA_FILE"));
    }

    private Context found(Optional<String> name) {
        if (name.isPresent()) {
            return store.get(name.get());
        }
        return withOwnToken(chosen());
    }

    private Context chosen() {
        String url = variable(URL);
        if (!url.isEmpty()) {
            return known(url).orElseGet(() -> new Context(url, "", "", "", ""));
        }
        boolean isHomeFirst = home.isPresent() && home.get().isExplicit();
        Optional<String> current = isHomeFirst ? Optional.empty() : store.current();
        if (current.isPresent()) {
            return store.get(current.get());
        }
        if (isHomeFirst || (home.isPresent() && home.get().isUsed())) {
            return home.get().context();
        }
        throw new Failure(
                Failure.USAGE,
                "no hub is named: set DATAHUB_URL, or run datahub context add NAME URL and datahub context use NAME");
    }

    /** The context or the home that has this URL. */
    private Optional<Context> known(String url) {
        String origin = Origin.of(url).toString();
        for (String name : store.names()) {
            Context context = store.get(name);
            if (Origin.of(context.url()).toString().equals(origin)) {
                return Optional.of(context);
            }
        }
        return home.map(Home::context)
                .filter(context -> Origin.of(context.url()).toString().equals(origin));
    }

    private Context withOwnToken(Context context) {
        String token = variable(TOKEN);
        String file = variable(TOKEN_FILE);
        return token.isEmpty() && file.isEmpty() ? context : context.withToken(token, token.isEmpty() ? file : "");
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
