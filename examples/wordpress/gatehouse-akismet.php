<?php
/**
 * Plugin Name: Gatehouse instead of akismet.com
 * Description: Sends the Akismet plugin's requests to your own Gatehouse. Copy it to wp-content/mu-plugins.
 */

defined( 'GATEHOUSE_URL' ) || define( 'GATEHOUSE_URL', 'https://gatehouse.example' );

add_filter( 'pre_http_request', function ( $answer, $args, $url ) {
	$parts = wp_parse_url( $url );
	if ( ! preg_match( '/(^|\.)rest\.akismet\.com$/', $parts['host'] ?? '' ) ) {
		return $answer;
	}
	unset( $args['headers']['Host'] );
	$query    = isset( $parts['query'] ) ? '?' . $parts['query'] : '';
	$response = wp_remote_request( GATEHOUSE_URL . $parts['path'] . $query, $args );
	if ( '/1.1/comment-check' !== $parts['path'] ) {
		return $response;
	}
	if ( ! is_wp_error( $response ) && ! empty( $response['headers']['x-akismet-guid'] ) ) {
		return $response;
	}
	// Gatehouse cannot be reached, or something else answered for it. From version 5.5 on, Akismet's plugin
	// would publish the comment. An answer that has a guid and is neither 'true' nor 'false' makes every
	// version hold the comment and ask again after twenty minutes.
	return array(
		'headers'  => array(
			'x-akismet-guid'          => uniqid( 'unreachable-', true ),
			'x-akismet-recheck-after' => '1200',
			'X-akismet-recheck-after' => '1200', // as the plugin spells it: this array minds the case
		),
		'body'     => 'unreachable',
		'response' => array( 'code' => 200, 'message' => 'OK' ),
		'cookies'  => array(),
		'filename' => null,
	);
}, 10, 3 );
