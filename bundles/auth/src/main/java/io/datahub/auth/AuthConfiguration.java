package io.datahub.auth;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of authentication. The users themselves are defined by the record {@code broker_users.xml}. */
@ObjectClassDefinition(
        name = "Datahub users",
        description = "How users log in; the users themselves are in broker_users.xml")
public @interface AuthConfiguration {

    @AttributeDefinition(
            description = "Name of the environment variable that may hold the first administrator's token, of at least"
                    + " 32 characters; read only when broker_users.xml is created. It is a name, so that the token"
                    + " itself is never part of a configuration.")
    String adminTokenVariable() default "DATAHUB_ADMIN_TOKEN";

    @AttributeDefinition(
            description = "File that holds the first administrator's token, of at least 32 characters; read only"
                    + " when broker_users.xml is created. Empty: none.")
    String adminTokenFile() default "";

    @AttributeDefinition(
            description = "Whether an administrator may log in from another machine over an unencrypted connection,"
                    + " where anyone in between can read the token.")
    boolean allowClearAdmin() default false;

    @AttributeDefinition(
            description = "Number of failed logins from one address, or of one user, that get a response at once.",
            min = "0",
            max = "1000")
    int undelayedFailures() default 5;

    @AttributeDefinition(
            description = "Maximum delay of the response to a failed login in milliseconds.",
            min = "0",
            max = "60000")
    long maxFailureDelayMillis() default 5_000;

    @AttributeDefinition(
            description = "Half-life of the number of failed logins in milliseconds.",
            min = "1000",
            max = "3600000")
    long failureHalfLifeMillis() default 60_000;

    @AttributeDefinition(
            description = "Number of addresses, and of users, whose failed logins are counted; the least recent one is"
                    + " evicted.",
            min = "100",
            max = "1000000")
    int maxFailureCounters() default 10_000;

    @AttributeDefinition(
            description =
                    "Maximum number of tokens of a user who issues tokens for itself; its expired tokens are removed"
                            + " first. The limit doesn't apply to administrators.",
            min = "1",
            max = "10000")
    int maxTokens() default 100;

    @AttributeDefinition(
            description = "Maximum duration of a login with a credential that an adapter has verified, such as an"
                    + " external token, in milliseconds; the client has to log in again then.",
            min = "1000",
            max = "2678400000")
    long maxExternalLoginMillis() default 86_400_000;
}
