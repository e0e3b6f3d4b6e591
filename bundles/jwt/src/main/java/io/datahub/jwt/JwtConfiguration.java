package io.datahub.jwt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the verification of JWTs. Whose JWTs are accepted is defined by the trust rules of the users file. */
@ObjectClassDefinition(
        name = "Datahub JWTs",
        description = "How JWTs of external issuers are verified; whose are accepted is in broker_users.xml")
public @interface JwtConfiguration {

    @AttributeDefinition(
            description =
                    "File with the certificates, in PEM, of authorities that sign the issuers' certificates, besides"
                            + " those that Java trusts. Empty: none.")
    String authorities() default "";

    @AttributeDefinition(
            description = "How far the clocks of the hub and of an issuer may be apart, in seconds.",
            min = "0",
            max = "300")
    int clockSkewSeconds() default 60;

    @AttributeDefinition(
            description = "How often the keys of an issuer are fetched, in milliseconds.",
            min = "60000",
            max = "86400000")
    long refreshMillis() default 900_000;

    @AttributeDefinition(
            description = "Minimum time between two fetches of an issuer's keys because a JWT names an unknown key, in"
                    + " milliseconds.",
            min = "1000",
            max = "3600000")
    long unknownKeyMillis() default 30_000;

    @AttributeDefinition(
            description =
                    "How long the keys of an issuer that can't be reached are used after they were fetched last, in"
                            + " milliseconds.",
            min = "60000",
            max = "604800000")
    long maxStaleMillis() default 86_400_000;

    @AttributeDefinition(
            description = "Maximum duration of a request to an issuer in milliseconds.",
            min = "100",
            max = "9000")
    long fetchMillis() default 4_000;
}
