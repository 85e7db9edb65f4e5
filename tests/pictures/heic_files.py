"""Two small HEIC files, as no free library writes them: base 85 of what x265 and libheif made.

The picture is grey = 3 x + 3 y + 10 of 255, 48 pixels wide and 32 high.
"""

import base64

DEEP = base64.b85decode(
    "0000SW^{RQXk}@500000ZE0pPXk}@5ZE0a<0004ZZDn*}000000000XXk=`10000000000aA{+700000000000000000000B57=I"
    "V*mgE07O6l0RRC200001n*ad-0000000L<M001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn01j|zbZr0t000010002@"
    "X>f9I0002jX>en20001TXm(>m0R#vD005o%00000|L_3({QCL;01pFT0096OKmiN^|NjIC00093o%jF%0{{U3x&lC90096eLID8;"
    "2mk;B0G;>%00RI3|G<I-6J@%&DXwe?00093$N&HX00=;000967L;=BZi4p(+025<xY;ta6Y<K_x01W^JfB*mh6lrsCWdHyG00000"
    "KmY&$KmY&$C}V74Z~y=RFaQ7m0RR91AOHXW0ssI1@Bjb+0{{R2-~a#s0ssI24sdCBX#fBK009aB000<iaBX1#00000000310R@2q"
    "0|kTt00MDsWMOmw00Lzw0j>*hCv|8)|NP&to0DdOQr@B&q8XwYq8Xwk@+I;m@+I;m@+I;m@+JK}R^hUU+7;jx{e9o9f9o^#EA&s%"
    "KQw&N^Igq%C0vzqRm9&Dd<K932Eu(tN)!M0$Zz|bmDd0O#9!%icV24x!&IiE_$_G1(*OXyWtp!D+icLF=DxlgU;sFg;vEVFZoG=g"
    "aQfuJo1U`(0yaBNI%>fh6es_O#^iqh0||yE5%QiNAd5WtE4WCn-~a(<*7SP0{;RJ}&p^Eb^8L&AF+{}@21pqoWH@l)zV-kGQ>apf"
    ";F3bB?Bm0~6#xd(a7DrC(Q!RUffO4}qqWvx03d~Y>RHCyMlOBYT0KwzKueX|6^b7qxXxu)%)VVELI4uM0jW@_n_lb9yB*>h7yway"
    "kw{1LhP7c$31DT_i_ZW5|MTon1FnxezLJCJn`YP~Bwt*SA{XwmZATOUH`0D1Yyba*B$vB@u!KONd|I7T+iXydZO~8uALi1EYp4Q8"
    "9wq?yx}sNg+<tzeA!f~go_JZ^0S75}IYvn$N@HD^<q!e7moYtRl0{CB*Ps-79eaQP@9|-Oj8*uyUl^;z{_!xpUhfvm#f9-wd}m)6"
    "=f(Z;yL@XO9hN6m019qs?&p1B&5cZyO|YNIFD>_gjy2HTUHW>a?;Dg30193$9?{cQ7ruU)v0Ka8`SuQo77_c?C?)df`h=*H!?sa)"
    "008ViXdexvktz0rhr9Mr0g$;;qS=^YzzDwXvKhzc{Qwm{u1cS*<r995pZ|UF-~d{7K>M&Ng&8xYUiFkP*aVA="
)
"""10 bits; black in the first 16 x 16 pixels, white in the last of the same rows."""

TURNED = base64.b85decode(
    "0000SW^{RQXk}@500000ZE0pPXk}@5ZE0a<0008HZDn*}000000000XXk=`10000000000aA{+700000000000000000000d}(ZN"
    "V*mgE07O6l1^@v700002-2edq00000006xJ0ssI200Wu;0RR9100000HUI+v00003&;S7d00000001Qb1ONa400Z>^0RR9100000"
    "#sCEX00004y8r<I00000001@s1^@s600i*>0RR9100000B>(^bwrOc@W&i*H000I6000$fZf0cy000000RRAKc4ILB0000LX>Mj^"
    "0ssI300IC2MR;ju00000Drs(JWdZ;I0RRI40Bvb)WdLDtaBOK~VRUJ4ZZC3VW-EAYYybcN000$fZf0cy000001ONbNc4ILB0000L"
    "X>Mj^0ssI300jU5MR;ju00000Drs(JWdZ;I0RRR70Bvb)WdLDtaBOK~VRUJ4ZZC3VW-EAYYybcN000hfX>@G>000000RR922x)L~"
    "Z~y=R-f3`SZvX%QaA<a8LjeQ`0001=_y7O^03PrF{QUU%000jIU;qIC7eE0F0ssF52mk;B0H62(00RI39=ZZRVE_RDB|-rK1PA~C"
    "0|1}+0009303N`C1QuJXlA7kgfB*mtfB*mk0EA)y0RRR>0l{;?i2wiq6Ju{|a&BX6cmM$a4FCp!0000KX>)L8000000000$0000$"
    "0000eV{Bn?0000m000010000W00001|NsB+00002|NsBs000020000EaA|mH000000SEv9010VwZ*&6y001IsaBX1#0000000062"
    "0S18r0|kVJ00ahs0s{qvh5!HnL}_wmW&i*H000004r63<V*mmG0RRC2000hSWOHKx0{{U40RR914r63<V*mvJ0RRL5000hSWOHKx"
    "1^@v71ONa6L2YDVbN~PVxhMgy3~=$;d#cJqt?~!vqAa`s`y`2*vSby$QIF*q?LO@kSpNk3f8XZ6&E*#Sn12SM97o^9_uDI7SSi7^"
    "g(}SW&*vbUaxN&$%YDxP)-N}Wox$_jttJu;=r<!?%eK*aI{cr~x8>yDC=vR~py7FEex4O|7+OAWAm}@418Ld`GK&41(3O*>IO?v+"
    "H@z5(?k+mJ>z0NQ?CCpU`g-!HFFq5iaL>`hxc{+>>Hwifb`RW1mHq$#00u>PX=VTbO-%qQ0000800IFI00IC200jU5044zv00RI3"
    "0096700000002Q_ZDjxeJa{^IZE$U6bYUQPZES9HI(R)NVPtP&WjbziI&EciVJ{~yJ^%m!!YBc*3~=W8d#d2x4edp>E&gj@^L?Vr"
    "f)}@&we`V_%=FH7|NO>=6QY+xN3i4d{rv<ibl7bCy6RIAeFu;GhrYJ01EmxLF%68WUYx@yoRy3i=~<CAjZy_?T$Pi`Ae2gJ>t~l7"
    "I(P`Hsz;R+zI8M2lyN#Ap)&LmEKf+4!*RY`0)_Z3mSsyr?3)?P?}AFImc4lyyxkBi#Sb)u7Us<E6Xj0IYIa>s6L~BxYjauGIW4S5"
    "nol9BI#N&g)W`e)000I>cxh$;08LE*DgXcg2mk^B4*&uH000F5001Td5&#1L000311^@s60000%V{K&s06cg)cx`ZPWprU6cx`NM"
    "b2@lECt+l7Vr4pRb2@EhbYU+iFFp"
)
"""8 bits, to be turned clockwise, with EXIF (orientation 6, Acme) and XMP; then its negative."""
